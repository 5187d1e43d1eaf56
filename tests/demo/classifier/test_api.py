"""The classifier over HTTP: it says what the tensors say, and refuses everything else in one sentence."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from core.__main__ import main
from core.datasets import loading
from core.inference.classifier import Classifier
from core.inference.model_registry import ModelRegistry
from core.pretrained.cards import FOLDER
from demo.classifier import app as classifier_app
from tests.core.images.test_decoding import bomb
from tests.demo.served_classifier import as_text, call, serving, upload
from tests.made_images import scans
from tests.networks_for_tests import lay, png, seven
from tests.places import FILES

META = {"_type": "gradio.FileData"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trained networks that are there, and for Fashion-MNIST one with random weights, which must answer as exactly."""
    folder = tmp_path_factory.mktemp("pretrained")
    for name in ("mnist-28", "mnist-7", "cifar10-32"):
        for file in (f"{name}.json", f"{name}.safetensors"):
            shutil.copy(FOLDER / file, folder / file)
    lay(folder, "fashion", "fashion-mnist")
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    data = Path(os.environ["LAB_DATA"]) if os.environ.get("LAB_DATA") else None
    with serving(ModelRegistry(folder, data=data)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


# --- what it says -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("dataset", "name"), [("mnist", "mnist-28"), ("fashion-mnist", "fashion"), ("cifar10", "cifar10-32")])
def test_two_hundred_test_pictures_are_answered_as_the_tensors_are(
    client: httpx.Client, folder: Path, real_data: Path, dataset: str, name: str
) -> None:
    data = loading.load(dataset, real_data)
    test = data.images[data.train_size :][:200]
    expected = Classifier.load(name, folder).logits(test).argmax(1)
    files = upload(client, *(png(image.permute(1, 2, 0).numpy().squeeze()) for image in test))
    with ThreadPoolExecutor(4) as several:
        answers = list(several.map(lambda file: call(client, "classify", file, dataset, None, None, 1), files))
    assert {event for event, _ in answers} == {"complete"}
    said = [answer["top"][0]["label"] for _, answer in answers]
    assert said == [data.classes[place] for place in expected] and answers[0][1]["network"] == name


def test_the_command_line_says_the_same_to_the_last_digit(
    client: httpx.Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "seven.png").write_bytes(png(seven()))
    assert main(["classify", str(tmp_path / "seven.png"), "--network", "mnist-28", "--resolution", "14", "--filter", "area", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    for image in (as_text(png(seven())), *upload(client, png(seven()))):
        event, answer = call(client, "classify", image, "mnist-28", 14, "area")
        assert event == "complete" and answer["top"] == printed["top"] and answer["resolution"] == 14


def test_the_endpoints_are_these_and_each_answers(client: httpx.Client, folder: Path) -> None:
    info = client.get("/gradio_api/info").json()
    assert set(info["named_endpoints"]) == {"/networks", "/classify", "/look", "/strip", "/gradcam", "/sample"}
    assert not info["unnamed_endpoints"]
    image = as_text(png(seven()))
    assert [row["network"] for row in call(client, "networks")[1]] == ["mnist-28", "fashion", "cifar10-32", "mnist-7"]
    look = call(client, "look", image, "mnist", 7)[1]
    found = Classifier.load("mnist-28", folder).classify(seven(), 7)
    np.testing.assert_array_equal(_decoded(look["seen"]), found.seen[0])
    assert [step["step"] for step in look["steps"] if step["done"]] == ["invert", "crop", "aspect", "size", "centre"]
    strip = call(client, "strip", image)[1]
    assert len(strip) == 12 and {cell["network"] for cell in strip if cell["label"] is None} == {"mnist-21", "mnist-14", "mnist-mixed"}
    heat = call(client, "gradcam", image, "mnist", None, None, "7")[1]
    assert heat["label"] == "7" and np.array(heat["map"]).max() == 1
    assert np.array(heat["map"]).shape == (28, 28) and heat["cells"] == [8, 8]
    named = client.post("/gradio_api/call/v2/classify", json={"picture": image, "top": 2}).json()["event_id"]
    assert '"label": "7"' in client.get(f"/gradio_api/call/classify/{named}").text


def _decoded(address: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))


@pytest.mark.data
def test_a_test_picture_comes_with_its_truth(client: httpx.Client, real_data: Path) -> None:
    data = loading.load("mnist", real_data)
    answer = call(client, "sample", "mnist", 3)[1]
    np.testing.assert_array_equal(_decoded(answer["picture"]), data.images[data.train_size + 3, 0].numpy())
    assert answer["truth"] == data.classes[int(data.labels[data.train_size + 3])]
    assert call(client, "sample", "mnist", 10_000) == ("error", "number is 10000; expected 0 to 9999, a test picture of mnist")


# --- pictures of every kind ---------------------------------------------------------------------------------------


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def kinds() -> dict[str, bytes]:
    """A seven in every form that a person may have it in."""
    plain, exif = seven(), Image.Exif()
    exif[0x0112] = 3
    frames = [plain.convert("P"), Image.new("P", plain.size)]
    ink_only = Image.new("RGBA", plain.size)
    ink_only.putalpha(Image.eval(plain.convert("L"), lambda level: 255 - level))
    deep = Image.fromarray(np.asarray(plain.convert("L")).astype(np.uint16) * 257)
    return {
        "animated GIF": _saved(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "CMYK JPEG": _saved(plain.convert("CMYK"), "JPEG"),
        "16 bits": _saved(deep, "PNG"),
        "transparent": _saved(ink_only, "PNG"),
        "transparent palette": _saved(ink_only.convert("P"), "PNG"),
        "turned by EXIF": _saved(plain.rotate(180), "JPEG", exif=exif),
    }


@pytest.mark.parametrize("kind", kinds())
def test_a_picture_works_as_a_person_would_expect(client: httpx.Client, kind: str) -> None:
    [file] = upload(client, kinds()[kind])
    event, answer = call(client, "classify", file)
    assert event == "complete" and answer["top"][0]["label"] == "7"


WRONG: dict[str, Any] = {
    "a path": "/etc/passwd",
    "a path as a file": {"path": "/etc/passwd", "meta": META},
    "a path without a mark": {"path": "/etc/passwd"},
    "a picture of this machine": {"path": str(Path(__file__)), "meta": META},
    "an address here": {"path": "http://127.0.0.1:22/", "meta": META},
    "an address near": {"url": "http://192.168.0.1/a.png"},
    "an address far": "https://example.org/a.png",
    "an address and a path": {"path": None, "url": "file:///etc/passwd", "meta": META},
    "no base64": "data:image/png;base64,!!!",
    "no picture": as_text(b"hello"),
    "half a picture": as_text(png(np.random.default_rng(0).integers(0, 256, (80, 80), np.uint8))[:2000]),
    "a bomb of scans": as_text(scans(1000)),
    "a bomb of blocks": as_text(b"GIF89a" + bytes(7) + b"!\xfe" + b"\x01a" * 1_000_000),
    "a bomb": as_text(bomb(12_000, 12_000)),
    "a larger bomb": as_text(bomb(60_000, 60_000)),
    "nothing": None,
    "a number": 5,
    "a list": [[1, 2], [3, 4]],
    "an empty canvas": as_text(png(Image.new("L", (280, 280), "white"))),
}


def test_a_photograph_of_an_iphone_gets_a_way_out(client: httpx.Client) -> None:
    sentence = "is a HEIC photograph, which cannot be read here; save it as JPEG or PNG, or take a screenshot of it"
    photograph = (FILES / "heic_named.jpg").read_bytes()
    assert call(client, "classify", as_text(photograph)) == ("error", f"the picture {sentence}")
    [file] = upload(client, photograph)
    assert call(client, "classify", file) == ("error", f"0.png {sentence}")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_picture_is_refused_in_one_sentence(client: httpx.Client, name: str) -> None:
    event, sentence = call(client, "classify", WRONG[name])
    assert event == "error" and ("expected" in sentence or "save it anew" in sentence) and "\n" not in sentence and "root:" not in sentence
    assert call(client, "classify", as_text(png(seven())))[0] == "complete", "the server is unharmed"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["mnist", 3], "resolution is 3; expected a whole number from 4 to 28"),
        (["mnist", "big"], "resolution is big"),
        (["mnist", None, "sharp"], "unknown filter 'sharp'"),
        (["mnist", None, None, 99], "top is 99"),
        (["mnist", None, None, None, "maybe"], "invert is 'maybe'; choose one of auto, on, off"),
        (["nosuch"], "there is no network 'nosuch'"),
        (["../mnist-28"], "names no network"),
        ([{"path": "/etc/passwd"}], "only what was uploaded is opened"),
        ([["mnist"]], "names no network"),
        (["mnist"] * 20, "classify takes 12 values, not 21"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_sentence(client: httpx.Client, values: list[Any], told: str) -> None:
    event, sentence = call(client, "classify", as_text(png(seven())), *values)
    assert event == "error" and told in sentence and "\n" not in sentence


def test_one_upload_is_not_named_many_times_in_a_question(client: httpx.Client) -> None:
    [file] = upload(client, png(seven()))
    event, sentence = call(client, "classify", {"background": file, "layers": [file] * 200, "composite": file})
    assert event == "error" and sentence == "classify takes 2 files at most, not 202"


def test_wrong_calls_are_told_and_not_500(client: httpx.Client) -> None:
    for path, body in (("call/nosuch", {"data": []}), ("call/v2/nosuch", {}), ("call/v2/classify", {"image": "x"})):
        answer = client.post(f"/gradio_api/{path}", json=body)
        assert answer.status_code == 400 and "no such endpoint" in answer.text and "\n" not in answer.text


def test_too_much_is_refused(client: httpx.Client) -> None:
    file = client.post("/gradio_api/upload", files={"files": ("a.png", bytes(11 << 20))})
    assert file.status_code == 413 and "maximum allowed size" in file.text
    text = client.post("/gradio_api/call/classify", json={"data": ["data:image/png;base64," + "A" * (16 << 20)]})
    assert text.status_code == 413 and text.text == "The request is too long; expected at most 15 MB."

    pieces = client.post("/gradio_api/call/classify", content=(bytes(1 << 20) for _ in range(20)))
    assert pieces.status_code == 413 and "too long" in pieces.text


@pytest.mark.parametrize("path", ["/etc/passwd", str(Path(__file__)), "../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd",
                                  "http://127.0.0.1:22/", "~/.bashrc", str(FOLDER / "digits.json")])  # fmt: skip
@pytest.mark.parametrize("route", ["gradio_api/file=", "gradio_api/file/", "file=", "gradio_api/proxy=", "static/", "assets/"])
def test_no_file_of_the_host_is_served(client: httpx.Client, route: str, path: str) -> None:
    answer = client.get(f"/{route}{path}")
    assert answer.status_code >= 400 and "root:" not in answer.text and "def test_" not in answer.text


# --- where it stands ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("inside", "seen"), [("/classify", "/far/classify"), ("/lab/classify", "/lab/classify"), ("", "/far")])
def test_it_works_below_any_path_also_one_that_a_proxy_takes_away(folder: Path, inside: str, seen: str) -> None:
    """`inside` is where the server has it, `seen` where browsers do."""
    app, _ = classifier_app.mounted(seen, "../", ModelRegistry(folder))
    server = Starlette(routes=[Mount(inside, app)], lifespan=app.router.lifespan_context)
    with TestClient(server) as client:
        assert client.get(f"{inside}/config").json()["root"] == f"http://testserver{seen}"
        assert f"http://testserver{seen}" in client.get(f"{inside}/").text
        event, answer = call(_Below(client, inside), "classify", as_text(png(seven())), "mnist", None, None, 1)
        assert event == "complete" and answer["top"][0]["label"] == "7"


class _Below:
    """A client whose addresses begin with a path."""

    def __init__(self, client: TestClient, path: str) -> None:
        self.post = lambda address, **more: client.post(path + address, **more)
        self.get = lambda address, **more: client.get(path + address, **more)
