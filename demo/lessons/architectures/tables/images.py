"""Pictures of study 2: samples with their class, a random draw with the network's guesses, and its surest mistakes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from core.pretrained import test_images
from core.pretrained.cards import Card
from core.pretrained.outputs import Answers, drawn, read_outputs
from core.pretrained.test_images import Tiles
from core.studies import architectures_comparison as beside
from core.vocabulary import metrics
from core.vocabulary.sources import source_of
from demo.lessons.architectures.shared import REPORT_RUNS, absent, cards, choose_run, common, no_images, say
from demo.lessons.architectures.tables import tiles
from demo.server import services
from demo.ui import tables
from demo.ui.formatting import as_csv, percent, whole
from demo.visitor import session

CLASSES = source_of("fashion-mnist").classes
COUNT = 15
"""Images of a draw, as in the report's figures 14 and 15."""
EACH = 3
"""Samples of a class."""
COLUMNS = ("test_picture", "truth", "prediction", "confidence")


def samples() -> None:
    """The first images of each class: figure 11."""
    found = _tiles()
    if found is not None:
        st.markdown(say("samples_text", count=whole(found.drawable)))
        _samples(found)


def draw() -> None:
    """Some test images drawn at random, with the guesses of one run: figures 14 and 15."""
    _with_answers(lambda found, answers, title: _draw(found, answers))


def mistakes() -> None:
    """The surest mistakes of one run."""
    _with_answers(_mistakes)


def _tiles() -> Tiles | None:
    found = test_images.tiles(services.data_folder(), services.pretrained_folder())
    if found is None:
        no_images()
    return found


def _with_answers(view: Callable[[Tiles, Answers, str], None]) -> None:
    """Asks which run is meant, and draws what needs its kept answers."""
    found, there = _tiles(), cards()
    name = choose_run(there, "architectures.picture_run") if found is not None else None
    if found is None or name is None:
        absent(REPORT_RUNS, there)
        return
    card, title = there[beside.report_name(name)], beside.TITLES[name]
    _hardest(card, title)
    outputs = read_outputs(card.name, services.pretrained_folder())
    if outputs is None:
        absent([card.name], {})
        return
    view(found, Answers.of(outputs, test_images.TILES_SIDE), title)
    tables.runs_behind([card.name])


def _samples(found: Tiles) -> None:
    """The first images of each class: figure 11."""
    samples = {name: [found.image(index) for index in found.examples(label, EACH)] for label, name in enumerate(CLASSES)}
    names = [name for name, images in samples.items() if images]
    width = tiles.SCALE * EACH * (test_images.TILES_SIDE + tiles.GAP)
    st.image([tiles.strip(samples[name]) for name in names], caption=names, alt=names, width=width)
    images = [image for name in names for image in samples[name]]
    captions = [name for name in names for _ in samples[name]]
    _take(images, captions, [None] * len(images), "samples")
    st.caption(say("licence", cite=source_of("fashion-mnist").cite))


def _hardest(card: Card, title: str) -> None:
    recall = metrics.recall(card.result.confusion)
    hardest = int(recall.argmin())
    row = list(card.result.confusion[hardest])
    row[hardest] = 0
    taken = max(range(len(row)), key=row.__getitem__)
    st.markdown(say("hard_answer", run=title, hardest=CLASSES[hardest], found=percent(recall[hardest]), taken=CLASSES[taken], times=row[taken],
                    pictures=sum(card.result.confusion[hardest])))  # fmt: skip


def _draw(found: Tiles, answers: Answers) -> None:
    """Some test images drawn at random, new ones with each seed: figures 14 and 15."""
    seed = session.get_state("architectures.seed", 0)
    typed, button = st.columns([1, 2], vertical_alignment="bottom")
    key = session.bind_widget("architectures.seed", seed)
    with typed:
        st.number_input(say("seed"), 0, 99_999, key=key, help=say("seed_help"),
                        on_change=lambda: session.set_state("architectures.seed", session.typed(key)))  # fmt: skip
    button.button(say("draw_again"), key="architectures.draw", icon=":material/casino:",
                  on_click=lambda: session.set_state("architectures.seed", (seed + 1) % 100_000))  # fmt: skip
    chosen = [found.indices[place] for place in drawn(seed, found.drawable, COUNT)]
    right = sum(answers.guesses[index] == answers.labels[index] for index in chosen)
    st.markdown(say("draw_text", right=right, count=len(chosen), total=whole(found.drawable),
                    all=percent(float((answers.guesses == answers.labels).mean()))))  # fmt: skip
    _gallery(found, answers, chosen, "draw")


def _mistakes(found: Tiles, answers: Answers, title: str) -> None:
    chosen = [index for index in answers.mistakes(COUNT) if index in found]
    wrong = int((answers.guesses != answers.labels).sum())
    st.markdown(say("mistakes_text", run=title, wrong=wrong, count=len(chosen), total=whole(len(answers.labels))))
    _gallery(found, answers, chosen, "mistakes")


def _gallery(found: Tiles, answers: Answers, chosen: Sequence[int], key: str) -> None:
    """Images with prediction / truth; right and wrong told apart by a mark, a frame and words."""
    right = [bool(answers.guesses[index] == answers.labels[index]) for index in chosen]
    rows = [
        {"test_picture": index, "truth": CLASSES[answers.labels[index]], "prediction": CLASSES[answers.guesses[index]],
         "confidence": round(float(answers.confidence[index]), 4)}
        for index in chosen
    ]  # fmt: skip
    captions = [
        say("caption_right" if its else "caption_wrong", prediction=row["prediction"], truth=row["truth"],
            confidence=percent(row["confidence"]).replace(" ", "\N{NO-BREAK SPACE}"))
        for its, row in zip(right, rows, strict=True)
    ]  # fmt: skip
    images = [found.image(index) for index in chosen]
    st.image([tiles.enlarged(image, its) for image, its in zip(images, right, strict=True)], caption=captions, alt=captions,
             width=tiles.SCALE * test_images.TILES_SIDE + 2 * tiles.EDGE)  # fmt: skip
    short = [f"{row['prediction']} /\n{row['truth']}" for row in rows]
    _take(images, short, right, key, as_csv(rows, COLUMNS))


def _take(
    images: Sequence[np.ndarray], captions: Sequence[str], right: Sequence[bool | None], key: str,
    table: Callable[[], str] | None = None,
) -> None:  # fmt: skip
    """The images to take home: as one PNG, and what was answered as CSV."""
    with st.popover(common("take"), icon=":material/download:", key=f"architectures.{key}.take", type="tertiary"):
        st.download_button(common("png"), lambda: tiles.sheet(images, captions, right), f"fashion-mnist-{key}.png", "image/png",
                           key=f"architectures.{key}.png", on_click="ignore", width="stretch")  # fmt: skip
        if table is not None:
            st.download_button(common("csv"), table, f"fashion-mnist-{key}.csv", "text/csv", key=f"architectures.{key}.csv",
                               on_click="ignore", width="stretch")  # fmt: skip
