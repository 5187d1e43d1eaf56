"""What the sections with the tiny network share: its image, its learning rate, and the moment that a view begins anew."""

from __future__ import annotations

from core.explain import backpropagation, worksheet
from core.explain.backpropagation import Parameters
from demo.components.learning import Tiny
from demo.ui.defaults import DEFAULTS
from demo.visitor import session

RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
FIRST = DEFAULTS["learning"]
IMAGE = tuple(worksheet.images())[FIRST.number - 1]


def chosen(section: str) -> Tiny:
    """The network as it was chosen for a section, at first the lesson's own."""
    found: Tiny = session.get_state(f"learning.{section}", network())
    return found


def choose(section: str, tiny: Tiny) -> None:
    """Shows another one from its beginning, in a callback."""
    moment = chosen(section).moment + 1
    session.set_state(f"learning.{section}", Tiny(tiny.image, tiny.target, tiny.parameters, tiny.rate, tiny.rates, moment))


def network(image: str = IMAGE, rate: float = float(FIRST.setting), parameters: Parameters | None = None) -> Tiny:
    """The network before its first step, on an image of the warm-up."""
    own = parameters or backpropagation.start()
    return Tiny(worksheet.images()[image], backpropagation.target(image), own, rate, RATES)
