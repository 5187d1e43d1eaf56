"""The lab as a library: train, look and ask in a few lines, in a script or a notebook.

    from core import Recipe, classify, load_dataset, train

    run = train(Recipe(dataset="digits", epochs=3))   # kept in the run store, as `python -m core train` does
    run.result.test_accuracy                          # a float from 0 to 1
    classify("seven.png", run.run, top=3)             # or the name of a network that comes with the app

`Recipe` (core/vocabulary/recipe.py) fixes a run; the three functions are those of core/inference/library.py. Each name is
imported when it is first asked for, and torch when something is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.inference.library import classify, load_dataset, train
    from core.vocabulary.recipe import Recipe

__all__ = ["Recipe", "classify", "load_dataset", "train"]


def __getattr__(name: str) -> Any:
    """One of the names above, imported at this moment. AttributeError for any other."""
    if name not in __all__:
        raise AttributeError(f"core has no {name!r}; it offers {', '.join(__all__)}")
    import importlib

    return getattr(importlib.import_module("core.vocabulary.recipe" if name == "Recipe" else "core.inference.library"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
