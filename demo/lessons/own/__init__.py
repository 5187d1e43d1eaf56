"""The lesson `own`: its place in the menu. What draws it is in page.py."""

from core.vocabulary.sources import PREFIX
from demo.ui.page import Page
from demo.visitor.links import Kind, Linked

SET = Kind(lambda name: name.removeprefix(PREFIX) if name.startswith(PREFIX) else "", lambda word: PREFIX + word, (str,))

PAGE = Page(147, section="more", linked=(Linked("set", "lab.own.set", SET),))
