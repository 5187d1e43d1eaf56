"""Where the app stands for its visitors: below which path, behind which proxy, in whose frame."""

from __future__ import annotations

import os
from collections.abc import Mapping

from streamlit import config, net_util


def base_path() -> str:
    """The path before every page, as Streamlit was told (server.baseUrlPath): "/lab", or "" for none."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}" if base else ""


def classifier_path(environ: Mapping[str, str] = os.environ, inside: str = "/classify") -> str:
    """Where browsers find the classifier, which the server has at base path + `inside`.

    A proxy that takes a prefix away before it passes a request on makes the two differ; GRADIO_ROOT_PATH tells then.
    """
    return environ.get("GRADIO_ROOT_PATH", "").rstrip("/") or f"{base_path()}{inside}"


def lab_path(environ: Mapping[str, str] = os.environ) -> str:
    """The path below which browsers find the whole lab; "" for all of a host. A cookie goes to no other app of the host.

    >>> lab_path({"GRADIO_ROOT_PATH": "/school/classify"})
    '/school'
    """
    return classifier_path(environ).removesuffix("/classify")


def stay_inside() -> None:
    """Streamlit would ask a server of Amazon for this machine's public address before it refuses a foreign websocket."""
    net_util._external_ip = "127.0.0.1"


def allow_frames(environ: Mapping[str, str] = os.environ) -> None:
    """On Hugging Face a visitor sees the app in a frame on another site, to which the browser brings no cookie.

    Streamlit then answers every upload with 403, because its protection against forged requests compares two copies of
    a cookie. So it is off there, and only there: an upload also needs the id of the visitor's own session.
    """
    if environ.get("SPACE_ID"):
        config.set_option("server.enableXsrfProtection", False)
