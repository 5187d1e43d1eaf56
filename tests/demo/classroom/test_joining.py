"""Joining a class: the button in the menu, its sheet, and which address stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.runs.manager import JobManager
from core.vocabulary.errors import LabError
from demo.server import lan as local
from demo.server.lan import Address
from tests.demo.visiting import serving, visit, words


@pytest.fixture(autouse=True)
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JobManager]:
    visit(monkeypatch, "http://localhost:8501")
    with serving(tmp_path) as made:
        yield made


def button() -> None:
    from demo.classroom import joining

    joining.button()


def sheet() -> None:
    from demo.classroom import joining

    joining.content()


def opened() -> AppTest:
    """The sheet alone: AppTest runs a whole script each time, which closes what a tap has opened."""
    page = AppTest.from_function(sheet, default_timeout=30).run()
    assert not page.exception
    return page


def test_the_sheet_is_drawn_when_somebody_asks_for_it() -> None:
    page = AppTest.from_function(button, default_timeout=30).run()
    assert page.button(key="menu.join").label == "Join the class" and not page.text_input and not words(page)
    page.button(key="menu.join").click().run()
    assert not page.exception and page.text_input(key="join.token").label == "Teacher's token"


def test_the_token_is_typed_on_the_sheet(lan: list[Address]) -> None:
    page = opened()
    page.text_input(key="join.token").set_value("wrong").run()
    assert "Wrong token" in words(page)
    page.text_input(key="join.token").set_value(" the token ").run()
    assert not page.text_input and "192.168.1.5" in words(page), "who teaches shows the code, and needs no token any more"
    other = AppTest.from_function(button, default_timeout=30)
    other.session_state["lab.token"] = "the token"
    assert other.run().button(key="menu.join").label == "Show the code"


WIFI, VPN = Address("192.168.1.5", "Wi-Fi"), Address("10.8.0.2", "tun0")


@pytest.fixture
def lan(monkeypatch: pytest.MonkeyPatch) -> list[Address]:
    """The machine's addresses, to be changed; it is no container, whatever this one is."""
    found = [WIFI]
    monkeypatch.setattr(local, "lan_addresses", lambda: list(found))
    monkeypatch.setattr(local, "shut_in", lambda: False)
    monkeypatch.delenv("LAB_ADDRESS", raising=False)
    return found


def test_the_address_for_a_class_stands_on_the_sheet(
    lan: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = opened()
    assert "[http://192.168.1.5:8501]" in words(page) and not page.get("pills")
    visit(monkeypatch, "https://lab.school.example/page")
    assert "[https://lab.school.example" in words(opened())
    lan.clear()
    visit(monkeypatch, "http://localhost:8501")
    assert "Only this computer" in words(opened())


def test_of_several_addresses_each_is_one_tap_away(lan: list[Address]) -> None:
    lan.append(VPN)
    page = opened()
    [choice] = [one for one in page.button_group if one.key == "join.address"]
    assert list(choice.options) == ["192.168.1.5 (Wi-Fi)", "10.8.0.2 (tun0)"]
    assert "[http://192.168.1.5:8501]" in words(page)
    choice.set_value("http://10.8.0.2:8501").run()
    assert "[http://10.8.0.2:8501]" in words(page) and "[http://192" not in words(page)


def test_the_address_can_be_told(
    lan: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    lan.append(VPN)
    monkeypatch.setenv("LAB_ADDRESS", "http://172.20.1.9:7860")
    monkeypatch.setattr(local, "shut_in", lambda: True)
    assert "[http://172.20.1.9:7860]" in words(opened())
    monkeypatch.setenv("LAB_ADDRESS", "ftp://somewhere")
    assert "LAB_ADDRESS is 'ftp://somewhere'; expected an address" in words(opened())


def test_in_a_container_no_address_is_made_up(
    lan: list[Address], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local, "shut_in", lambda: True)
    text = words(opened())
    assert "LAB_ADDRESS" in text and "192.168.1.5" not in text
    visit(monkeypatch, "http://192.168.1.77:7860")
    assert "[http://192.168.1.77:7860]" in words(opened())


# --- the address for a class -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "listens_on", "hosts", "expected"),
    [
        ("http://localhost:8501", None, ["10.0.0.7"], ["http://10.0.0.7:8501"]),
        ("http://127.0.0.1:80/lab", "0.0.0.0", ["10.0.0.7"], ["http://10.0.0.7:80/lab"]),
        ("http://[::1]:8501", "", ["10.0.0.7", "10.8.0.2"], ["http://10.0.0.7:8501", "http://10.8.0.2:8501"]),
        ("http://localhost:8501", "localhost", ["10.0.0.7"], []),
        ("http://localhost:8501", "127.0.0.1", ["10.0.0.7"], []),
        ("http://localhost:8501", None, [], []),
        ("https://lab.example/a", "127.0.0.1", [], ["https://lab.example/a"]),
        ("http://192.168.1.5:8501", None, ["10.0.0.7"], ["http://192.168.1.5:8501"]),
        ("", None, ["10.0.0.7"], []),
    ],
)
def test_class_addresses(root: str, listens_on: str | None, hosts: list[str], expected: list[str]) -> None:
    assert list(local.class_addresses(root, listens_on, [Address(host, "eth0") for host in hosts])) == expected


@pytest.mark.parametrize(("told", "expected"), [
    ("", ""), ("192.168.1.5", "http://192.168.1.5:8501/lab"), ("lab.local:80", "http://lab.local:80/lab"),
    ("https://school.example/lab/", "https://school.example/lab"), (" 10.0.0.7 ", "http://10.0.0.7:8501/lab"),
])  # fmt: skip
def test_the_told_address_is_completed(told: str, expected: str) -> None:
    assert local.told_address("http://localhost:8501/lab", {"LAB_ADDRESS": told}) == expected


@pytest.mark.parametrize("told", ["http://", "two words", "http://10.0.0.7:port", "ws://10.0.0.7"])
def test_what_is_no_address_is_refused(told: str) -> None:
    with pytest.raises(LabError, match=r"LAB_ADDRESS is .*; expected an address"):
        local.told_address("http://localhost:8501", {"LAB_ADDRESS": told})


def test_real_networks_come_before_virtual_ones_and_nobody_s_loopback_is_shown() -> None:
    docker, cable = Address("172.17.0.1", "docker0"), Address("192.168.178.20", "eth0")
    silent, own = Address("169.254.3.4", "eth1"), Address("127.0.0.1", "lo")
    assert local.likely_first([own, docker, VPN, silent, cable, WIFI], default="10.8.0.2") == [cable, WIFI, VPN, docker]
    assert local.likely_first([cable, WIFI], default="192.168.1.5") == [WIFI, cable]
    for name in ("vEthernet (WSL)", "VirtualBox Host-Only Network", "utun3", "br-5f3", "ProtonVPN", "ztabcdef"):
        assert Address("10.1.1.1", name).virtual, name
    assert not any(Address("10.1.1.1", name).virtual for name in ("Wi-Fi", "eth0", "en0", "wlp3s0", "Ethernet 2", "WLAN"))


def test_the_addresses_of_this_machine_are_none_of_itself() -> None:
    assert not any(local.here_only(one.host) for one in local.lan_addresses())


def test_a_container_is_known_by_its_marks(tmp_path: Path) -> None:
    mark = tmp_path / ".dockerenv"
    assert not local.shut_in({}, "6.1.0-18-amd64", [str(mark)])
    mark.touch()
    assert local.shut_in({}, "6.1.0-18-amd64", [str(mark)])
    assert local.shut_in({"container": "podman"}, "6.1.0", []) and local.shut_in({}, "5.15.0-microsoft-standard-WSL2", [])


def test_the_qr_code_is_an_svg_that_differs_by_its_text() -> None:
    one, other = local.qr_code("http://10.0.0.7:8501"), local.qr_code("http://10.0.0.8:8501")
    assert one.startswith("<svg") and 'fill="#fff"' in one and one != other


