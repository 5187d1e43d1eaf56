"""The classifier alone: `python demo/space.py`, as a Hugging Face Space runs it. $PORT, else 7860.

Behind a proxy that takes a path away, GRADIO_ROOT_PATH tells which.
"""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the file is run, not the package

from core.system import supported

if supported.refuses():
    sys.exit(2)

from core.system import log
from core.vocabulary.errors import LabError
from demo.classifier import app as classifier_app
from demo.server.open_files import raise_limit
from demo.server.services import make_registry


def main() -> None:
    """Starts the classifier as a Space of Hugging Face runs it."""
    import uvicorn

    try:
        log.configure()
    except LabError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    raise_limit()
    app, _ = classifier_app.mounted(os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/"), home="", registry=make_registry())
    listens = listening(os.environ.get("HOST", ""), int(os.environ.get("PORT", "7860")))
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listens])


def listening(host: str, port: int) -> socket.socket:
    """A socket on this address; without one on every address, of IPv6 and of IPv4: `localhost` may mean either."""
    if not host and socket.has_dualstack_ipv6():
        try:
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
        except OSError:
            pass  # IPv6 is compiled in and switched off
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)


if __name__ == "__main__":
    main()
