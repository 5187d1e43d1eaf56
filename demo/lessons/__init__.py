"""The pages of the walkthrough: a folder each, with `PAGE` in its `__init__` and `render()` in page.py. None imports another."""
