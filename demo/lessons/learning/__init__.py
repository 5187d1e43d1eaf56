"""The lesson `learning`: its place in the menu. What draws it is in page.py."""

from demo.ui.page import Page

PAGE = Page(55, section="lessons")
