"""The address under which a class reaches this server, and its QR code. Sends nothing over any network."""

from __future__ import annotations

import io
import ipaddress
import os
import platform
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from core.vocabulary.errors import LabError

NOWHERE = "192.0.2.1"
"""An address that no machine has (RFC 5737): which way a packet would leave is known without sending one."""
VIRTUAL = ("br-", "bridge", "cni", "docker", "ham", "hyper-v", "podman", "ppp", "tailscale", "tap", "tun", "utun", "vbox", "veth",
           "virbr", "virtual", "vmnet", "vmware", "vpn", "wg", "wsl", "zt")  # fmt: skip
"""In the names of networks that a class is hardly in: of containers, virtual machines and VPNs."""
CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")


@dataclass(frozen=True, slots=True)
class Address:
    """An IPv4 address of this machine, and the network that it is in, as the system calls it: "Wi-Fi", "eth0"."""

    host: str
    network: str

    @property
    def virtual(self) -> bool:
        """Whether the network's name is one of a container, a virtual machine or a VPN."""
        return any(word in self.network.lower() for word in VIRTUAL)


def lan_addresses() -> list[Address]:
    """This machine's IPv4 addresses in networks that are up, those first in which a class may be."""
    import psutil  # type: ignore[import-untyped]

    up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
    found = [Address(entry.address, name) for name, entries in psutil.net_if_addrs().items() if name in up
             for entry in entries if entry.family == socket.AF_INET]  # fmt: skip
    return likely_first(found, default_address())


def likely_first(found: Iterable[Address], default: str | None) -> list[Address]:
    """Those that others can use: real networks before virtual ones, in each the one of the default route first."""
    usable = [one for one in found if not here_only(one.host) and not ipaddress.ip_address(one.host).is_link_local]
    return sorted(usable, key=lambda one: (one.virtual, one.host != default))


def default_address() -> str | None:
    """The IPv4 address from which a packet to the outside would leave; None where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE, 9))  # UDP: nothing is sent before the first byte of data
        except OSError:
            return None
        return str(probe.getsockname()[0])


def shut_in(environ: Mapping[str, str] = os.environ, system: str = platform.release(), files: Sequence[str] = CONTAINER_FILES) -> bool:
    """Whether this is a container or the Windows Subsystem for Linux: the addresses seen from inside are not the machine's.

    >>> shut_in({}, "5.15.167.4-microsoft-standard-WSL2", ())
    True
    """
    marked = "container" in environ or "KUBERNETES_SERVICE_HOST" in environ or "SPACE_ID" in environ
    return marked or "microsoft" in system.lower() or any(Path(file).exists() for file in files)


def here_only(host: str) -> bool:
    """Whether this host name or address means the machine itself, so that nobody else can use it."""
    if host in ("localhost", "") or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False  # a name
    return address.is_loopback or address.is_unspecified


def class_addresses(root: str, listens_on: str | None, found: Sequence[Address]) -> dict[str, str]:
    """What a class may type in, the likely one first, each with the name of its network: the address that the visitor
    used, or if that means this machine alone, those in its networks. Empty where nobody else can reach the server.

    `root` is the app's address as this visitor sees it; `listens_on` the server's own choice (None: everywhere).

    >>> class_addresses("http://localhost:8501/lab", None, [Address("10.0.0.7", "eth0")])
    {'http://10.0.0.7:8501/lab': 'eth0'}
    """
    if not root:
        return {}
    parts = urlsplit(root)
    if not here_only(parts.hostname or ""):
        return {root: ""}
    if listens_on and here_only(listens_on) and listens_on not in ("0.0.0.0", "::"):
        return {}
    port = f":{parts.port}" if parts.port else ""
    return {f"{parts.scheme}://{one.host}{port}{parts.path}": one.network for one in found}


def told_address(root: str, environ: Mapping[str, str] = os.environ) -> str:
    """The address that $LAB_ADDRESS gives: whole, or a host without a scheme, to which the port and path of `root` are
    added. "" without. LabError for what is no address.

    >>> told_address("http://localhost:8501/lab", {"LAB_ADDRESS": "lab.local"})
    'http://lab.local:8501/lab'
    """
    chosen = environ.get("LAB_ADDRESS", "").strip()
    if not chosen:
        return ""
    seen = urlsplit(root)
    whole = chosen if "://" in chosen else f"{seen.scheme or 'http'}://{chosen}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https") or any(letter.isspace() for letter in whole):
        raise LabError(f"LAB_ADDRESS is {chosen!r}; expected an address as http://192.168.1.5:8501, or a host as 192.168.1.5")
    if "://" in chosen:
        return whole.rstrip("/")
    own_port = f":{seen.port}" if port is None and seen.port else ""
    return f"{whole.rstrip('/')}{own_port}{'' if parts.path else seen.path}"


@lru_cache(maxsize=16)
def qr_code(text: str) -> str:
    """A QR code as SVG: dark on white with its quiet margin, so that it can be read in both themes."""
    import segno

    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        file, kind="svg", scale=8, border=4, dark="#101418", light="#ffffff", xmldecl=False, title=text
    )
    return file.getvalue().decode("utf-8")
