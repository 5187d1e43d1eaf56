"""The third question of the resolution study: what one network for all sizes loses against one for each size."""

from __future__ import annotations

from core.classroom.questions import studies
from core.studies.resolution import RECIPES, SIDES, planned_runs
from demo.charts import protocol_lines as lines
from demo.charts import protocols
from demo.charts.protocol_lines import Point
from demo.classroom import guessing, questions
from demo.lessons.resolution import shared
from demo.lessons.resolution.shared import Cards
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way

say = speaker("resolution")
LOW, HIGH = {"cifar10": 50, "mnist": 90}, {"cifar10": 90, "mnist": 100}
"""Percent at the ends of the axis: the two differ by little."""


def screen(cards: Cards) -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.sizes())
    dataset = shared.chosen_dataset() if guess.shown else next(iter(SIDES))
    sides = SIDES[dataset]
    ways = (Way(say("to_training"), section="training"), Way(say("beside"), section="published"))
    found = studies.sizes(cards, dataset)
    if found is None:
        return shared.waiting(guess.question.words, say("sizes_intro"), cards, planned_runs(dataset, ("tvtv", "mixed")), ways)
    points = shared.points_of(cards, dataset, ("tvtv", "mixed"))
    frame = lines.Frame(say("figure_sizes", data=say(f"dataset_{dataset}")), sides, *_range(dataset, points), pictures=shared.axis_pictures(sides))
    if not guess.shown:
        hidden = [point for point in points if point.protocol == "tvtv"]
        figure = lines.asked(frame, hidden, whole=("tvtv",))
        return Screen("resolution.sizes.asked", guess.question.words, say("sizes_intro"), figure, guess.options, ways, whole=False)
    by_side = found.numbers["behind"]

    def beside() -> None:
        colour = protocols.PROTOCOLS["mixed"].colour
        finding.numbers([_number(sides[0], by_side[sides[0]], colour), _number(sides[-1], by_side[sides[-1]], colour)],
                        say("one_recipe", recipe=RECIPES[dataset][0]))  # fmt: skip
        shared.dataset()

    headline = say(f"finding_sizes_{found.right}")
    figure = lines.told(frame, points, _guessed(points, sides, by_side, guess.option))
    return Screen("resolution.sizes", headline, guess.sentence(say(f"sizes_{found.right}", **_words(by_side))), figure, beside, ways, last=guess.again)


def _number(side: int, behind: float, colour: str) -> Number:
    key = "points_behind" if behind >= 0 else "points_ahead"
    return Number(say(key, points=f"{100 * abs(behind):.1f}"), say("behind_at", side=side), colour)


def _words(by_side: dict[int, float]) -> dict[str, object]:
    worst, least = max(by_side, key=by_side.__getitem__), min(by_side, key=by_side.__getitem__)
    return {"worst": worst, "behind": f"{100 * by_side[worst]:.1f}", "least": least, "little": f"{100 * abs(by_side[least]):.1f}"}


def _range(dataset: str, points: list[Point]) -> tuple[int, int]:
    """The ends of the axis, wider where a run lies outside."""
    values = [point.value for point in points]
    return min(LOW[dataset], int(min(values) // 10 * 10)), max(HIGH[dataset], -int(-max(values) // 10 * 10))


def _guessed(points: list[Point], sides: tuple[int, ...], by_side: dict[int, float], option: str) -> list[Point]:
    """The guess as a line below the networks for one size: by the most that is lost, where the guess said so."""
    most, mean = 100 * max(by_side.values()), 100 * sum(by_side.values()) / len(by_side)
    ends = {"sharp": (most, 0.0), "tiny": (0.0, most), "even": (mean, mean), "nowhere": (0.0, 0.0)}
    if option not in ends:
        return []
    (first, last), steps = ends[option], len(sides) - 1
    own = {point.side: point.value for point in points if point.protocol == "tvtv"}
    return [Point(lines.YOURS, side, own[side] - (first + (last - first) * place / steps)) for place, side in enumerate(sides)]
