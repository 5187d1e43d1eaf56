"""What an export may lack without being spoilt."""

from __future__ import annotations

from core.vocabulary.errors import LabError


class NotExportable(LabError):
    """A run, or this machine, lacks what one kind of file needs; the other kinds can still be written."""
