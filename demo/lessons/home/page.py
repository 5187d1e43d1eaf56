"""The page "Home": the game is the front door. A picture of few pixels, three networks, and the ways into the app."""

from __future__ import annotations

import streamlit as st

from core.pretrained import showcase
from core.pretrained.cards import read_named
from core.vocabulary.errors import LabError
from demo.components import hero
from demo.lessons.home import thumbnails
from demo.server import services
from demo.text import everything, plain, speaker
from demo.ui import header
from demo.ui.formatting import percent
from demo.visitor import navigation

say = speaker("home")
FIRST_TRAINING = {"preset": "quick", "dataset": "digits"}
"""What Train opens with from here."""


def render() -> None:
    """The whole page. Nothing here imports torch or asks for a data set, so that it is up at once, everywhere."""
    folder = services.pretrained_folder()
    try:
        game = showcase.read(folder)
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        game = None
    if game is None:
        st.title(say("headline"), anchor=False)
        st.info(say("no_game"), icon=":material/image_not_supported:")
        st.code("python -m core pretrain showcase", language="sh")
        for way in _ways():
            navigation.link(way.page, way.label, **way.query)
        return
    taken = hero.show(game, _ways(), everything("home"), "home.hero")
    if taken:
        navigation.go(taken.page, **taken.query)
    _cards(game)
    with st.expander(say("about")):
        st.markdown(say("about_text", count=len(game.labels), trained=_trained_at(game)))


def _trained_at(game: showcase.Showcase) -> str:
    """At which sides a network of its own exists."""
    return ", ".join(f"{side} × {side}" for side in sorted(set(game.trained_at)))


def _ways() -> list[hero.Way]:
    root = navigation.root()
    return [
        hero.Way("seeing", f"{root}/seeing?section=game", say("play"), {"section": "game"}),
        hero.Way("resolution", f"{root}/resolution", say("why")),
    ]


def _cards(game: showcase.Showcase) -> None:
    """Three ways in, each with a picture that the app has computed."""
    learn, train, study = st.columns(3)
    with learn:
        header.link_card("convolution", say("card_learn"), say("card_learn_text"), thumbnails.feature_map(services.pretrained_folder()), "learn")
    with train:
        header.link_card("train", say("card_train"), _training_text(), thumbnails.digit(), "train", **FIRST_TRAINING)
    with study:
        header.link_card("resolution", say("card_study"), say("card_study_text"), thumbnails.half_blurred(game), "study", section="riddle")


def _training_text() -> str:
    """With the accuracy of the digits' network that comes with the app, where it is there."""
    card = read_named("digits", services.pretrained_folder())
    return say("card_train_text", accuracy=percent(card.result.test_accuracy)) if card else say("card_train_text_alone")
