"""The pages and the way between them. A page is imported when it is opened, so that the first one is up at once."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.vocabulary.errors import LabError
from demo import lessons
from demo.classroom import joining, teacher_mode
from demo.components.page_scripts import definitions, theme
from demo.text import plain, speaker
from demo.ui.page import Page
from demo.ui.shell import hiding, look
from demo.ui.shell import menu as menu_style
from demo.visitor import links, navigation, session

say = speaker("studio")


def _pages() -> dict[str, Page]:
    """Name -> page, in the order of the menu: the folders of demo/lessons."""
    names = [module.name for module in pkgutil.iter_modules(lessons.__path__)]
    rows: dict[str, Page] = {name: importlib.import_module(f"demo.lessons.{name}").PAGE for name in names}
    return dict(sorted(rows.items(), key=lambda row: row[1].place))


ALL = _pages()
PAGES = {name: page for name, page in ALL.items() if not page.hidden}
"""The pages of the menu in its order. A page is the lesson of its name, at the address of its name."""
HIDDEN = {name: page for name, page in ALL.items() if page.hidden}
"""Pages with an address but without a place in the menu."""
SECTIONS = {
    section: tuple(name for name, page in PAGES.items() if page.section == section)
    for section in dict.fromkeys(page.section for page in PAGES.values() if page.section)
}
"""Section -> its pages."""
NUMBERED = ("lessons", "studies")
"""The sections whose pages are worked through in their order."""


def page(name: str) -> Callable[[], None]:
    """What draws the page, with the state that its address asks for; its lesson is imported when it is opened."""

    def draw() -> None:
        render = importlib.import_module(f"demo.lessons.{name}.page").render
        links.follow(name, ALL[name].linked)
        if problem := session.notice("link"):
            st.warning(say("link_refused", values=plain(problem)), icon=":material/link_off:")
        try:
            render()
        except (StreamlitAPIException, ValueError, LookupError, TypeError):
            if not links.refused():
                raise
            st.rerun()
        links.write()

    draw.__name__ = name  # Streamlit tells pages apart by it
    return draw


def main() -> None:
    """One run of the script: the menu, then the page that was chosen."""
    session.begin()
    st.set_page_config(page_title=say("title"), page_icon=look.ICON, layout="wide")
    look.dress()
    pages = {
        name: st.Page(
            page(name), title=_title(name), url_path=name, default=name == "home",
            visibility="hidden" if name in HIDDEN or name == "home" else "visible",
        )
        for name in ALL
    }  # fmt: skip
    navigation.register(pages, SECTIONS.get("lessons", ()))
    st.logo(menu_style.LOGO, size="medium")
    chosen = st.navigation(menu(pages), position="top")
    name = next(name for name, page in pages.items() if page is chosen)
    st.html(f"<style>{menu_style.style(say('title'), _place(name))}</style>")
    hidden = links.hidden()
    if css := hiding.style(hidden):
        st.html(f"<style>{css}</style>")
    joining.button()
    theme.follow(session.theme())
    definitions.listen()
    try:
        if words := hiding.unknown(hidden):
            st.warning(say("hide_unknown", words=plain(", ".join(words)), known=", ".join(hiding.HIDEABLE)), icon=":material/link_off:")
        with teacher_mode.around(name):
            chosen.run()
    except LabError as error:  # one clear line, whatever page it comes from
        st.error(plain(error), icon=":material/error:")


def _title(name: str) -> str:
    """A page's name in the menu; a lesson and a study have their number before it."""
    section = ALL[name].section
    return f"{SECTIONS[section].index(name) + 1}  {say(name)}" if section and section in NUMBERED else say(name)


def _place(name: str) -> int | None:
    """Which entry of the menu holds the page in its list: the pages of no section stand before them, one each."""
    alone = sum(not page.section for page in PAGES.values()) - 1  # Home is the brand
    section = ALL[name].section
    return alone + list(SECTIONS).index(section) if section else None


def menu(pages: dict[str, st.Page]) -> dict[str, list[st.Page]]:
    """The pages by section, as Streamlit wants them; those of no section first."""
    together = {name for names in SECTIONS.values() for name in names}
    alone = [page for name, page in pages.items() if name not in together]
    return {"": alone, **{say(key): [pages[name] for name in names] for key, names in SECTIONS.items()}}


if __name__ == "__main__":
    main()
