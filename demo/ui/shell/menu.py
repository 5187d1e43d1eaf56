"""How the menu looks: the brand, the section of the page that is open, and the button at its right."""

from __future__ import annotations

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" viewBox="0 0 4 4"><path fill="#0f6b85" '
    'd="M0 0h2v2h2v2h-2v-2h-2z"/><path fill="#8ec5d6" d="M2 0h2v2h-2zM0 2h2v2h-2z"/></svg>'
)
"""The four pixels of the icon, as Streamlit takes them for the brand, which leads to Home."""
_STYLE = """
:is(button, a, div):has(> [data-testid="stHeaderLogo"]) { display: flex; align-items: center; gap: 0.55rem; white-space: nowrap; }
:is(button, a, div):has(> [data-testid="stHeaderLogo"])::after { content: "BRAND"; font-weight: 700; font-size: 1rem; color: var(--lab-ink); }
[data-testid="stTopNavLink"][aria-current="page"], OPEN { box-shadow: inset 0 -3px 0 var(--lab-do); border-radius: 0; font-weight: 600; }
.st-key-menu_join { position: fixed; top: calc((var(--lab-header) - 2.3rem) / 2); right: 1.6rem; z-index: 999991; width: auto !important; }
.st-key-menu_join button { min-height: 2.3rem; padding: 0.2rem 0.8rem; }
@media (max-width: 640px) {
  .st-key-menu_join button { padding: 0.2rem 0.5rem; }
  .st-key-menu_join { right: 0.8rem; gap: 0.4rem !important; }
  :is(button, a, div):has(> [data-testid="stHeaderLogo"])::after { content: "" / "BRAND"; }
}
"""


def style(brand: str, place: int | None) -> str:
    """CSS. `place`: of the menu's entry that holds the open page in a list of its own, counted from 0."""
    opened = f'[data-testid="stTopNav"] > :nth-child({place + 1}) [data-testid="stTopNavSection"]' if place is not None else ".no-section"
    return _STYLE.replace("BRAND", brand).replace("OPEN", opened)
