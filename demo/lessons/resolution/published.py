"""Resolution beside the published numbers: one row for each number that the report or the paper prints."""

from __future__ import annotations

from typing import Any

from core.studies.resolution import PROTOCOLS, RECIPES, planned_runs
from core.studies.resolution_findings import SCORES, BesidePublished, Score, beside_published
from demo.charts import protocols
from demo.charts.dumbbell import dumbbell
from demo.charts.figure import Figure
from demo.charts.plots import Axis
from demo.lessons.resolution import shared
from demo.lessons.resolution.shared import Cards
from demo.text import speaker
from demo.ui import finding
from demo.ui.finding import Number, Screen, Way

say = speaker("resolution")
NEAR = 0.03
"""A distance from a printed number that the headline calls near."""
HEIGHT = 440


def screen(cards: Cards) -> Screen:
    """How near ours are to what is printed."""
    dataset = shared.chosen_dataset()
    score = shared.chosen("score", SCORES)
    ways = (Way(say("to_blur"), section="results"),)
    rows = compared(beside_published(cards, dataset, RECIPES[dataset][-1]), score)
    if not rows:
        return shared.waiting(say("published"), say("published_intro"), cards, planned_runs(dataset, PROTOCOLS[:2]), ways)
    off = [abs(row["ours"] - row["theirs"]) / 100 for row in rows]
    near = sum(distance <= NEAR for distance in off)
    farthest = max(rows, key=lambda row: abs(row["ours"] - row["theirs"]))

    def beside() -> None:
        distance = farthest["ours"] - farthest["theirs"]
        finding.numbers([
            Number(say("points", points=f"{100 * sum(off) / len(off):.1f}"), say("mean_distance")),
            Number(say("points", points=f"{abs(distance):.1f}"), say("most_above" if distance > 0 else "most_below", where=farthest["name"])),
        ], say(f"published_{RECIPES[dataset][-1]}"))  # fmt: skip
        shared.dataset()
        shared.choice("score", SCORES, say("column_score"), lambda one: say(f"score_of_{one}"))

    headline = say("finding_published", near=near, of=len(rows), points=f"{100 * NEAR:g}", score=say(f"score_of_{score}"))
    return Screen("resolution.published", headline, say("published_intro"), _figure(rows, dataset, score), beside, ways)


def _figure(rows: list[dict[str, Any]], dataset: str, score: Score) -> Figure:
    title = say("figure_published", score=say(f"short_{score}"), data=say(f"dataset_{dataset}"))
    colours = {row["name"]: protocols.PROTOCOLS[row["protocol"]].colour for row in rows}
    found = dumbbell(title, rows, "name", "ours", "theirs", Axis("ours", say("right_axis_short"), "d"), colours=colours)
    return Figure(found.title, {**found.spec, "height": HEIGHT}, found.columns)


def compared(rows: list[BesidePublished], score: Score) -> list[dict[str, Any]]:
    """A row for each printed number that there is one of ours for, both in percent."""
    found = []
    for row in rows:
        ours = row.ours[score]
        for source, printed in (("report", row.report[score]), ("paper", row.paper[score])):
            if ours is not None and printed is not None:
                name = say("place", protocol=row.cell.protocol.upper(), side=row.cell.side, source=say(f"source_{source}"))
                found.append({"name": name, "protocol": row.cell.protocol, "ours": 100 * ours, "theirs": 100 * printed})
    return found
