"""The first question of the resolution study: what blur does to a network that never saw it, and to those that did."""

from __future__ import annotations

from core.classroom.questions import studies
from core.studies.resolution import PROTOCOLS, RECIPES, SIDES, planned_runs
from demo.charts import protocol_lines as lines
from demo.charts import protocols
from demo.classroom import guessing, questions
from demo.lessons.resolution import shared
from demo.lessons.resolution.shared import Cards
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way
from demo.ui.formatting import percent, whole

say = speaker("resolution")


def screen(cards: Cards) -> Screen:
    """The question; once it is answered the finding."""
    guess = guessing.of(questions.protocols())
    dataset = shared.chosen_dataset() if guess.shown else next(iter(SIDES))
    ways = (Way(say("to_riddle"), section="riddle"), Way(say("beside"), section="published"))
    found = studies.losses(cards, dataset)
    if found is None:
        return shared.waiting(guess.question.words, say("blur_intro"), cards, planned_runs(dataset, PROTOCOLS), ways)
    points = shared.points_of(cards, dataset, PROTOCOLS)
    frame = lines.Frame(say("figure_blur", data=say(f"dataset_{dataset}")), SIDES[dataset], pictures=shared.axis_pictures(SIDES[dataset]))
    if not guess.shown:
        figure = lines.asked(frame, points)
        return Screen("resolution.blur.asked", guess.question.words, say("blur_intro"), figure, guess.options, ways, whole=False)
    totv, tvtv = found.numbers["totv"], found.numbers["tvtv"]

    def beside() -> None:
        finding.numbers([
            Number(say("points_lost", count=whole(100 * totv)), say("lost_totv"), protocols.PROTOCOLS["totv"].colour),
            Number(say("points_lost", count=whole(100 * tvtv)), say("lost_tvtv"), protocols.PROTOCOLS["tvtv"].colour),
        ], say("one_recipe", recipe=RECIPES[dataset][0]))  # fmt: skip
        shared.dataset()

    lost = found.right == "totv"
    why = say("blur_share", share=percent(1 - tvtv / totv)) if lost else say("blur_no_share")
    headline = say("finding_confuses" if lost and tvtv < totv / 2 else "finding_part" if lost else "finding_hides")
    figure = lines.told(frame, points, lines.loss_guessed(points, SIDES[dataset], guess.option))
    return Screen("resolution.blur", headline, guess.sentence(why), figure, beside, ways, last=guess.again)
