"""All tables and further figures of the resolution study, by the name that opens them (`?table=NAME`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from core.studies.resolution import PROTOCOLS, RIDDLE, plan, planned_runs
from demo.classroom import asking
from demo.lessons.resolution.shared import Cards
from demo.lessons.resolution.tables import cats, experiments, findings, scores, sweep, trained
from demo.text import speaker
from demo.ui.finding import Evidence

say = speaker("resolution")
CELLS = planned_runs("cifar10", PROTOCOLS)


def _of(draw: Callable[[Cards], None], needs: Iterable[str] = ()) -> Callable[[], None]:
    """What draws a table, or says how its runs are made where none of them is there. `needs` empty: it needs none."""
    names = list(needs)

    def view() -> None:
        cards = asking.cards("resolution")
        if names and not any(name in cards for name in names):
            asking.missing(f"python -m core pretrain {' '.join(names)}")
        else:
            draw(cards)

    return view


DRAWN: Mapping[str, Callable[[], None]] = {
    "scores": _of(scores.scores, CELLS),
    "recall": _of(scores.recall, CELLS),
    "confusion": _of(scores.confusion, CELLS),
    "mixed": _of(findings.mixed, CELLS),
    "at_24": _of(findings.paper_at_24, CELLS),
    "expected": _of(findings.expected, CELLS),
    "sweep": _of(sweep.sweep, CELLS),
    "step_cat": _of(cats.one_network, RIDDLE),
    "step_seeds": _of(cats.every_network, RIDDLE),
    "step_filter": _of(cats.attractors, RIDDLE),
    "lower": _of(experiments.lower, RIDDLE),
    "fade": _of(experiments.fade, RIDDLE),
    "remember": _of(cats.remember, RIDDLE),
    "losses": _of(trained.losses, plan()),
    "runs": _of(trained.runs, plan()),
    "recipe": _of(trained.recipe),
    "inferred": _of(trained.inferred, RIDDLE[:1]),
    "layers": _of(trained.layers),
}


def tables() -> dict[str, Evidence]:
    """Name -> table, in the order of the drawer."""
    return {name: Evidence(say(name), draw) for name, draw in DRAWN.items()}
