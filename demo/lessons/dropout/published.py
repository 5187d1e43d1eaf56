"""The screen "Published" of the page "Dropout": Kadam's row for one network, each number beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.pretrained.cards import Card
from core.studies import dropout as study_3
from core.studies.dropout import PaperRow, RateRow
from demo.charts.dumbbell import OURS, dumbbell
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.lessons.dropout.rates import of_network
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way

say = speaker("dropout")
NETWORK = "arc1"
"""The network whose row the paper prints."""


def screen(cards: Mapping[str, Card]) -> Screen:
    """The gap at each rate, ours filled, theirs hollow, the furthest apart first."""
    rates = of_network(cards, NETWORK)
    paper = study_3.paper()
    plain = next((row for row in rates if row.rate == 0), None)
    back = [Way(say("back_results"), "results")]
    if plain is None:
        return Screen("dropout.published", say("title"), say("verdict_waits"), lambda: None, lambda: None, back, whole=False)
    theirs = next(row for row in paper if row.rate == 0)
    gaps = {"theirs": f"{100 * theirs.gap:.1f}", "ours": f"{100 * plain.gap:.1f}"}
    epochs = {card.recipe.epochs for card in cards.values() if card.recipe.network == NETWORK}
    setting = study_3.paper_setting()
    numbers = [Number(gaps["theirs"], say("number_theirs", epochs=setting["epochs"])), Number(gaps["ours"], say("number_ours", epochs=max(epochs)), OURS)]
    headline = say("published_wider" if theirs.gap > plain.gap else "published_narrower")
    return Screen("dropout.published", headline, say("published_text"), figure(rates, paper), lambda: finding.numbers(numbers, say("published_note")), back)


def figure(rates: Sequence[RateRow], paper: Sequence[PaperRow]) -> Figure:
    """The gap at each rate, ours and theirs."""
    printed = {row.rate: 100 * row.gap for row in paper}
    rows = [{"name": say("at_rate", rate=f"{row.rate:g}") if row.rate else say("at_none"), "ours": 100 * row.gap, "theirs": printed.get(row.rate)} for row in rates]
    return dumbbell(say("figure_published"), rows, "name", "ours", "theirs", Axis("gap", say("axis_gap"), ".0f"))
