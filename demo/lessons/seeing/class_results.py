"""The section "The class" of the page "Seeing at low resolution": everybody's guesses beside the networks; and the page's end."""

from __future__ import annotations

import streamlit as st

from core.classroom import game, guesses
from core.classroom.game import CLASSES, DATASET, Tested
from core.classroom.guesses import Guess, GuessCounts
from core.images import filters, quality
from core.studies.resolution import FILTER, PROTOCOLS
from core.vocabulary import stats
from core.vocabulary.sources import source_of
from demo.charts import class_pictures, export
from demo.charts.confusion import confusion_matrix
from demo.charts.protocols import PROTOCOLS as PROTOCOL
from demo.classroom import asking
from demo.lessons.seeing import figures
from demo.server import services
from demo.text import speaker
from demo.ui import stage, tables
from demo.ui.formatting import percent, whole
from demo.ui.tables import Column
from demo.visitor import links, session

say = speaker("seeing")
EVERY = 5.0
"""Seconds after which the class's guesses are drawn again."""
ASKED = 8
"""The side of the page's question."""
FEW = 30
"""Below so many guesses at a side the page says that they say little."""
PROBLEM = "seeing.reset"


def render() -> bool:
    """The pool as it is now, drawn again every few seconds; the networks beside it."""
    st.markdown(say("people_text"))
    _said()
    cards = asking.cards("resolution")
    tested = game.tested(cards)

    @st.fragment(run_every=EVERY)
    def view() -> None:
        people = services.guesses().everybody()
        tallies = guesses.count_guesses(people)
        _summary(people, tallies)
        if tallies or tested:
            export.show(figures.beside(tallies, tested), key="seeing.beside")
            with st.expander(say("table_fold"), icon=":material/table_rows:"):
                _table(tallies, tested)
        if tallies:
            with st.expander(say("taken"), icon=":material/grid_on:"):
                _confusions(people, tallies, tested)
        _reset()
        links.write()

    view()
    tables.runs_behind(list(dict.fromkeys(one.run for one in tested)))
    if absent := game.absent(cards):
        asking.missing(f"python -m core pretrain {' '.join(absent)}")
    return True


def _summary(people: list[list[Guess]], tallies: list[GuessCounts]) -> None:
    """How much there is, and how little it says."""
    if not tallies:
        st.info(say("nobody"), icon=":material/group:")
        return
    total = sum(one.guesses for one in tallies)
    guessed_images = {guess.image for own in people for guess in own}
    st.markdown(say("pooled", guesses=whole(total), people=len(people), pictures=len(guessed_images)))
    least = min(tallies, key=lambda one: one.guesses)
    low, high = least.interval
    if least.guesses < FEW:
        st.caption(say("few", guesses=least.guesses, side=least.side, right=least.right, low=percent(low), high=percent(high)))


def _table(tallies: list[GuessCounts], tested: list[Tested]) -> None:
    people = {one.side: one for one in tallies}
    networks = {(one.protocol, one.side): one.accuracy for one in tested}
    rows = [_row(side, people.get(side), networks) for side in game.SIDES]
    columns = {
        "side": Column(say("column_side_short"), "count"), "guesses": Column(say("column_guesses"), "count"),
        "people": Column(say("series_people"), "percent"), "low": Column(say("column_low"), "percent", say("column_interval_help")),
        "high": Column(say("column_high"), "percent", say("column_interval_help")), "no_idea": Column(say("no_idea"), "percent"),
        **{protocol: Column(PROTOCOL[protocol].word, "percent") for protocol in PROTOCOLS},
    }  # fmt: skip
    tables.table(rows, columns, key="seeing.people", alt=say("beside"))
    st.caption(say("people_note", pictures=whole(source_of(game.DATASET).test)))


def _row(side: int, people: GuessCounts | None, networks: dict[tuple[str, int], float]) -> dict[str, float | None]:
    beside = {protocol: networks.get((protocol, side)) for protocol in PROTOCOLS}
    if people is None:
        return {"side": side, **beside}
    low, high = people.interval
    return {"side": side, "guesses": people.guesses, "people": people.accuracy, "low": low, "high": high,
            "no_idea": people.no_idea / people.guesses, **beside}  # fmt: skip


def _confusions(people: list[list[Guess]], tallies: list[GuessCounts], tested: list[Tested]) -> None:
    """What is taken for what: by the class, and by a network at the same side."""
    sides = [one.side for one in tallies]
    with st.container(horizontal=True, gap="medium"):
        side = st.segmented_control(
            say("side_axis"), sides, default=ASKED if ASKED in sides else sides[0], required=True, key="seeing.side", width="content"
        ) or sides[0]  # fmt: skip
        there = {one.protocol: one for one in tested if one.side == side}
        network = st.segmented_control(
            say("network"), list(there), default=next(iter(there), None), required=True, key=f"seeing.network.{side}", width="content",
            format_func=lambda name: PROTOCOL[name].word,
        ) if there else None  # fmt: skip
    left, right = st.columns(2, gap="medium")
    one = next(found for found in tallies if found.side == side)
    with left:
        matrix = guesses.confusion(people, len(CLASSES), side).tolist()
        export.show(confusion_matrix(matrix, CLASSES, say("matrix_people", side=side), pictures=class_pictures.of(DATASET)), key="seeing.matrix")
        st.caption(say("without", no_idea=one.no_idea, guesses=one.guesses))
    if network is not None:
        with right:
            what = say("matrix_network", run=there[network].run, side=side)
            export.show(confusion_matrix(there[network].confusion, CLASSES, what, pictures=class_pictures.of(DATASET)), key="seeing.matrix.network")


def _reset() -> None:
    """The teacher alone can start again."""
    visitor = session.visitor()
    if not session.manager().teacher(visitor.token):
        return
    with st.popover(say("reset"), icon=":material/restart_alt:"):
        st.markdown(say("reset_text"))
        if st.button(say("reset_now"), key="seeing.reset", type="primary"):
            services.guesses().reset(visitor)
            st.rerun()


# --- what the guesses say -------------------------------------------------------------------------------------------


def source() -> None:
    """The code behind the page's numbers."""
    filter = session.typed("seeing.filter") or FILTER
    code = (quality.pairs, quality.energy, quality.above, quality.psnr, stats.wilson)
    stage.source(code, filters.in_torch(ASKED, game.SIDES[-1], filter))


def _said() -> None:
    """The page's question, answered by what there is now."""
    people = next((one for one in guesses.count_guesses(services.guesses().everybody()) if one.side == ASKED), None)
    networks = [one for one in game.tested(asking.cards("resolution")) if one.side == ASKED]
    st.markdown(" ".join([_class_said(people), _networks_said(networks), *_verdict(people, networks)]))


def _class_said(people: GuessCounts | None) -> str:
    if people is None:
        return say("class_none", side=ASKED)
    low, high = people.interval
    return say("class_said", side=ASKED, right=people.right, guesses=people.guesses, share=percent(people.accuracy),
               low=percent(low), high=percent(high))  # fmt: skip


def _networks_said(networks: list[Tested]) -> str:
    if not networks:
        return say("networks_none")
    return say("networks_said", side=ASKED, values=", ".join(
        say("network_value", name=PROTOCOL[one.protocol].word, share=percent(one.accuracy)) for one in networks))  # fmt: skip


def _verdict(people: GuessCounts | None, networks: list[Tested]) -> list[str]:
    """What the class's interval lets one say about each network; nothing where nobody has guessed."""
    if people is None:
        return []
    low, high = people.interval
    names: dict[str, list[str]] = {"ahead": [], "open": [], "behind": []}
    for one in networks:
        verdict = "ahead" if one.accuracy < low else "behind" if one.accuracy > high else "open"
        names[verdict].append(PROTOCOL[one.protocol].word)
    return [say(f"verdict_{key}", names=", ".join(protocols)) for key, protocols in names.items() if protocols]
