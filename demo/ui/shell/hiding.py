"""What a teacher's link hides: `?hide=tries,code`. It takes things out of sight and out of the keyboard's way, and protects nothing."""

from __future__ import annotations

from collections.abc import Sequence

HIDEABLE = {
    "menu": '[data-testid="stTopNav"], [data-testid="stHeaderLogo"], [data-testid="stExpandSidebarButton"]',
    "join": ".st-key-menu_join",
    "controls": ".st-key-stage_controls",
    "tries": ".st-key-stage_now",
    "more": ".st-key-stage_more",
    "code": ".st-key-stage_code",
    "next": ".st-key-stage_next",
    "sections": '[class*="st-key-section-"]',
    "tables": ".st-key-finding-tables",
    "settings": ".st-key-train_beside, .st-key-train-settings",
}
"""Word of the link -> CSS selectors of what it hides. README.md lists them."""


def style(hidden: Sequence[str]) -> str:
    """CSS that hides these; words that are none are left out."""
    selectors = ", ".join(HIDEABLE[word] for word in hidden if word in HIDEABLE)
    return f"{selectors} {{ display: none !important; }}" if selectors else ""


def unknown(hidden: Sequence[str]) -> list[str]:
    """The words that hide nothing.

    >>> unknown(["code", "everything"])
    ['everything']
    """
    return [word for word in hidden if word not in HIDEABLE]
