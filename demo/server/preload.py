"""What the next click will need is imported while its question is being read."""

from __future__ import annotations

import functools
import importlib
import threading


@functools.cache
def preload(module: str) -> None:
    """Imports a module behind the page, once per process; whoever needs it meanwhile waits for the rest of it."""
    threading.Thread(target=importlib.import_module, args=(module,), daemon=True, name=f"import {module}").start()
