"""The lesson `own`: its place in the menu. What draws it is in page.py."""

from demo.ui.page import Page

PAGE = Page(147, section="more")
