"""The pages and the way between them. A page is imported when it is opened, so that the first one is up at once."""

from __future__ import annotations

import streamlit as st

from core.errors import LabError
from demo import session
from demo.text import speaker

say = speaker("studio")
ICON = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'><path fill='%230f6b85' "
    "d='M0 0h2v2h2v2h-2v-2h-2z'/><path fill='%238ec5d6' d='M2 0h2v2h-2zM0 2h2v2h-2z'/></svg>"
)
"""Four pixels. A named icon would be fetched from a server outside."""
STYLE = """
.stMainBlockContainer { padding-top: 4rem; }
.stMarkdown table { font-size: 0.9rem; }
.stMarkdown th, .stMarkdown td { padding: 0.3rem 0.6rem; }
@media (max-width: 640px) {
  .stMarkdown table { font-size: 0.72rem; }
  .stMarkdown th, .stMarkdown td { padding: 0.25rem; }
  .stMarkdown td { overflow-wrap: anywhere; }
}
"""
"""Less room above a page, and tables that fit a telephone."""


def home() -> None:
    from demo.lessons import home as lesson

    lesson.render()


def train() -> None:
    from demo.lessons import train as lesson

    lesson.render()


def runs() -> None:
    from demo.lessons import runs as lesson

    lesson.render()


def resolution() -> None:
    from demo.lessons import resolution as lesson

    lesson.render()


def dropout() -> None:
    from demo.lessons import dropout as lesson

    lesson.render()


def splits() -> None:
    from demo.lessons import splits as lesson

    lesson.render()


def main() -> None:
    """One run of the script: the menu, then the page that was chosen."""
    st.set_page_config(page_title=say("title"), page_icon=ICON, layout="wide")
    st.html(f"<style>{STYLE}</style>")
    pages = {
        "home": st.Page(home, title=say("home"), icon=":material/home:", default=True),
        "train": st.Page(train, title=say("train"), icon=":material/model_training:", url_path="train"),
        "resolution": st.Page(resolution, title=say("resolution"), icon=":material/blur_on:", url_path="resolution"),
        "dropout": st.Page(dropout, title=say("dropout"), icon=":material/grain:", url_path="dropout"),
        "splits": st.Page(splits, title=say("splits"), icon=":material/call_split:", url_path="splits"),
        "runs": st.Page(runs, title=say("runs"), icon=":material/list:", url_path="runs"),
    }
    session.register(pages)
    chosen = st.navigation([*pages.values(), *outside()], position="top")
    try:
        chosen.run()
    except LabError as error:  # one clear line, whatever page it comes from
        st.error(str(error), icon=":material/error:")


def outside() -> list[st.Page]:
    """The classifier, which Gradio serves on the same port. Its own address must not become a Streamlit page."""
    root = session.root()
    if not root:
        return []
    return [
        st.Page(f"{root}/classify", title=say("classify"), icon=":material/draw:", url_path="to-classify")
    ]


if __name__ == "__main__":
    main()
