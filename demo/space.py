"""The classifier alone: `python demo/space.py`, as a Hugging Face Space runs it. $PORT, else 7860.

Behind a proxy that takes a path away, GRADIO_ROOT_PATH tells which.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # the file is run, not the package

from demo import classifier
from demo.server.headers import SecurityHeaders
from demo.server.open_files import raise_limit


def main() -> None:
    import uvicorn

    raise_limit()
    app, _ = classifier.mounted(os.environ.get("GRADIO_ROOT_PATH", "").rstrip("/"), home="")
    uvicorn.run(SecurityHeaders(app), host=os.environ.get("HOST", "0.0.0.0"), port=int(os.environ.get("PORT", "7860")), log_level="warning")


if __name__ == "__main__":
    main()
