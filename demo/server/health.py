"""Whether the app on this machine answers, pages and classifier: `python -m demo.server.health`, the container's health check.

Reads the port and the base path where Streamlit reads them. Ends with 0, or with 1 and one line. Standard library alone.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping

PATHS = ("/_stcore/health", "/classify/config")
SECONDS = 6.0
"""For each of them. The first to ask for the classifier waits until Gradio is imported."""


def addresses(environ: Mapping[str, str] = os.environ) -> list[str]:
    """What must answer.

    >>> addresses({"STREAMLIT_SERVER_PORT": "7860", "STREAMLIT_SERVER_BASE_URL_PATH": "/lab/"})
    ['http://127.0.0.1:7860/lab/_stcore/health', 'http://127.0.0.1:7860/lab/classify/config']
    """
    port = environ.get("STREAMLIT_SERVER_PORT") or "8501"
    base = environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    root = f"http://127.0.0.1:{port}" + (f"/{base}" if base else "")
    return [root + path for path in PATHS]


def main() -> int:
    """Exit code 0 where every address answers, else 1 with a line on stderr."""
    for address in addresses():
        try:
            urllib.request.urlopen(address, timeout=SECONDS).close()
        except (urllib.error.URLError, OSError) as error:
            print(f"{address}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
