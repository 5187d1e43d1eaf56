"""The address under which a class reaches this server, and its QR code. Sends nothing over any network."""

from __future__ import annotations

import io
import ipaddress
import socket
from urllib.parse import urlsplit

NOWHERE = "192.0.2.1"
"""An address that no machine has (RFC 5737): which way a packet would leave is known without sending one."""


def lan_address() -> str | None:
    """This machine's IPv4 address in the local network; None where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((NOWHERE, 9))  # UDP: nothing is sent before the first byte of data
        except OSError:
            return None
        address = str(probe.getsockname()[0])
    return None if here_only(address) else address


def here_only(host: str) -> bool:
    """Whether this host name or address means the machine itself, so that nobody else can use it."""
    if host in ("localhost", "") or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False  # a name
    return address.is_loopback or address.is_unspecified


def class_address(root: str, listens_on: str | None, lan: str | None) -> str | None:
    """What a class types in: the address the visitor used, or if that means this machine alone, the one in the LAN.

    `root` is the app's address as this visitor sees it; `listens_on` the server's own choice (None: everywhere).
    None where nobody else can reach the server.

    >>> class_address("http://localhost:8501/lab", None, "10.0.0.7")
    'http://10.0.0.7:8501/lab'
    """
    if not root:
        return None
    parts = urlsplit(root)
    if not here_only(parts.hostname or ""):
        return root
    if lan is None or (listens_on and here_only(listens_on) and listens_on not in ("0.0.0.0", "::")):
        return None
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{lan}{port}{parts.path}"


def qr_code(text: str) -> str:
    """A QR code as SVG: dark on white with its quiet margin, so that it can be read in both themes."""
    import segno

    file = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        file, kind="svg", scale=8, border=4, dark="#101418", light="#ffffff", xmldecl=False, title=text
    )
    return file.getvalue().decode("utf-8")
