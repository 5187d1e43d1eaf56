"""Every number is a door: the sheet with the pictures behind a cell of a confusion matrix, or behind a class's scores.

The address names it (`?cell=3,5&of=validation&epoch=4`), so that a link opens the same sheet in another browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from core.inference.predictions import Places, Predictions
from core.runs.snapshot import Snapshot
from core.vocabulary.errors import LabError
from demo import text
from demo.components.window import read
from demo.text import plain, speaker
from demo.timeline import kept, payload
from demo.ui.formatting import percent, times, whole
from demo.visitor import navigation, session
from demo.visitor.navigation import Door

say = speaker("doors")
AT_ONCE = 24
"""Pictures of a group that are shown at first, and that each click adds."""
MOST = 240

_view = st.components.v2.component(
    "lab_sheet", html=read("sheet/sheet.html"), css=read("sheet/sheet.css"), js=read("numbers.js", "timeline/packed.js", "sheet/sheet.js")
)


def render() -> None:
    """Opens the sheet that the address asks for; nothing where it asks for none. Once in a run of a page, at its end."""
    asked = _asked()
    if asked is None:
        return
    now, door = asked

    @st.dialog(plain(_title(now, door)), width="large", on_dismiss=navigation.close_door)
    def sheet() -> None:
        _sheet(now, door)

    sheet()


def inline(run: str) -> None:
    """The same below a matrix that stands in a drawer, on which no sheet can be laid; nothing for another run."""
    asked = _asked()
    if asked is None or asked[1].run != run:
        return
    now, door = asked
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"#### {plain(_title(now, door))}")
            st.button(say("close"), key="doors.close", icon=":material/close:", on_click=navigation.close_door)
        _sheet(now, door)


def _asked() -> tuple[Snapshot, Door] | None:
    """The run and the door of the address; None where it names none, or what the run does not have."""
    door = navigation.door()
    if door is None:
        return None
    try:
        kept.side_of(door.of)
        now = session.manager().snapshot(door.run)
    except LabError:
        return None
    return (now, door) if max(door.truth, door.answer or 0) < len(now.facts.classes) else None


def _title(now: Snapshot, door: Door) -> str:
    classes = now.facts.classes
    if door.answer is None:
        return say("title_class", name=classes[door.truth])
    if door.answer == door.truth:
        return say("title_right", name=classes[door.truth])
    return say("title_wrong", truth=classes[door.truth], answer=classes[door.answer])


def _sheet(now: Snapshot, door: Door) -> None:
    data = session.manager().data
    try:
        side = kept.side_of(door.of)
        found = kept.predictions(now, door.of, door.epoch, data)
        if found is None:
            st.info(say("not_kept"), icon=":material/info:")
            return
        groups = _groups(now, door, found)
        st.markdown(_about(now, door, groups, side))
        _pictures(now, found, groups, side, data)
    except LabError:  # the data set is not here: the page Data tells more
        st.info(say("no_pictures", dataset=plain(now.recipe.dataset)), icon=":material/info:")
        navigation.link("data", say("to_data"))


Group = tuple[str, Places]
"""Key of its title -> which images."""


def _groups(now: Snapshot, door: Door, found: Predictions) -> list[Group]:
    if door.answer is not None:
        return [("cell", found.cell(door.truth, door.answer))]
    label = door.truth
    return [("false_alarms", found.false_alarms(label)), ("misses", found.misses(label)), ("hits", found.hits(label))]


def _about(now: Snapshot, door: Door, groups: Sequence[Group], side: int | None) -> str:
    of = say("of_validation", epoch=door.epoch) if door.of == kept.VALIDATION else say("of_test")
    if side is not None:
        of = say("of_side", side=times([side] * 2))
    if door.answer is not None:
        count = len(groups[0][1])
        return say("about_cell", count=whole(count), of=of) if count else say("about_empty", of=of)
    counts = {name: len(places) for name, places in groups}
    found, missed, alarms = counts["hits"], counts["misses"], counts["false_alarms"]
    return say(
        "about_class", of=of, found=whole(found), all=whole(found + missed), recall=percent(found / (found + missed) if found + missed else None),
        answered=whole(found + alarms), precision=percent(found / (found + alarms) if found + alarms else None),
        name=plain(now.facts.classes[door.truth]),
    )  # fmt: skip


def _pictures(now: Snapshot, found: Predictions, groups: Sequence[Group], side: int | None, data: Path) -> None:
    """The surest of each group; a button adds more."""
    door = navigation.door()
    key = f"doors.{now.run}.{door}"
    shown = session.get_state(key, AT_ONCE)
    drawn = [_group(now, found, name, places, shown, side, data) for name, places in groups if len(places)]
    if not drawn:
        return
    whole_side = now.facts.shape[-1]
    words = {name: text.everything("doors")[name] for name in ("sheet_said",)}
    _view(key="doors.sheet", data={"groups": drawn, "channels": now.facts.shape[0], "side": whole_side, "classes": list(now.facts.classes),
                                   "words": words, "key": f"{key}.{shown}"})  # fmt: skip
    more = max(len(places) for _, places in groups) > shown and shown < MOST
    if more and st.button(say("more"), key="doors.more"):
        session.set_state(key, shown + AT_ONCE)
        st.rerun(scope="fragment")


def _group(now: Snapshot, found: Predictions, name: str, places: Places, shown: int, side: int | None, data: Path) -> dict[str, Any]:
    chosen = places[:shown]
    indices = found.indices[chosen]
    pixels = kept.seen(now.recipe, data, indices.tolist(), side)
    pictures = [
        {"truth": int(found.labels[place]), "top": [(label, round(100 * share)) for label, share in found.top(int(place))], "name": int(index)}
        for place, index in zip(chosen, indices, strict=True)
    ]
    title = say(f"group_{name}", count=len(places)) if name != "cell" else ""
    note = say("some", shown=len(chosen), count=whole(len(places))) if len(chosen) < len(places) else ""
    return {"title": title, "note": note, "pictures": pictures, "pixels": payload.packed(np.ascontiguousarray(pixels))}
