"""The page "Glossary": every term in two sentences at most, with a picture where there is one, and the page that uses it first.

Each has an address of its own: `glossary?section=stride`.
"""

from __future__ import annotations

import html

import streamlit as st

from demo.lessons.glossary import pictures
from demo.server import services
from demo.text import speaker
from demo.ui import header
from demo.visitor import navigation, session

say = speaker("glossary")
titles = speaker("studio")
TERMS = {
    "activation": "convolution", "accuracy": "train", "adagrad": "train", "adam": "architectures", "antialias": "train",
    "architecture": "train", "attractor": "resolution/riddle", "augmentation": "train", "backpropagation": "learning", "batch": "train", "bias": "convolution",
    "channel": "convolution", "checkpoint": "runs", "confusion_matrix": "train", "convolution": "convolution",
    "dilation": "convolution", "dropout": "train", "epoch": "train", "f1": "train", "feature_map": "convolution",
    "filter": "network", "gradient": "learning", "gradient_descent": "learning", "k_fold": "splits", "kernel": "convolution", "learning_rate": "learning",
    "logit": "resolution/riddle", "loss": "train", "macro": "train", "micro": "audit/matrix", "mixed": "resolution",
    "momentum": "train", "optimizer": "train", "overfitting": "dropout", "padding": "convolution", "parameter": "train",
    "pooling": "pooling", "precision": "train", "recall": "train", "receptive_field": "network",
    "recipe": "train", "relu": "convolution", "resolution": "train", "seed": "train", "sgd": "train", "softmax": "network",
    "spread": "dropout", "stratified": "splits", "stride": "convolution", "test_set": "resolution", "totv": "resolution",
    "tvtv": "resolution", "validation": "train", "weight": "convolution", "weight_decay": "train",
}  # fmt: skip
"""A term's key in the text file -> the page that uses it first, where needed with the section."""
FIRST = "feature_map"
"""The term that is open where none was asked for: it has a picture that shows what it is."""


def render() -> None:
    """The whole page: all terms as words, and the one that the address asks for (`?section=stride`). Nothing here imports torch."""
    header.header(say("overline"), say("title"), mosaic="glossary")
    words, entry = st.columns([5, 4], gap="large")
    with words, st.container(key="glossary_terms"):
        wanted = st.text_input(say("search"), placeholder=say("search_placeholder"), key="glossary.search", icon=":material/search:")
        found = search(wanted)
        st.caption(say("found", count=len(found), all=len(TERMS)))
        if not found:
            st.info(say("none"), icon=":material/search_off:")
            return
        key = _choice([key for key, _, _ in found])
    with entry, st.container(border=True, key="glossary_entry"):
        _entry(key)


def _choice(keys: list[str]) -> str:
    """The term that was tapped; else that of the address, where it is among the found; else the first."""
    opened = navigation.section(sorted(keys, key=lambda key: key != FIRST) if len(keys) == len(TERMS) else keys)
    place = session.bind_widget("glossary.term", opened)
    st.pills(say("terms"), keys, key=place, required=True, wrap=True, format_func=lambda key: explained(key)[1], label_visibility="collapsed",
             on_change=lambda: navigation.to_section(session.typed(place)))  # fmt: skip
    return opened


def search(wanted: str) -> list[tuple[str, str, str]]:
    """Key, name and explanation of the terms that have the text in them, by the alphabet; names before explanations."""
    terms = sorted((explained(key) for key in TERMS), key=lambda term: term[1].casefold())
    wanted = wanted.strip().casefold()
    named = [term for term in terms if wanted in term[1].casefold()]
    return named + [term for term in terms if wanted in term[2].casefold() and term not in named]


def explained(key: str) -> tuple[str, str, str]:
    """Key, name and explanation of a term."""
    name, _, words = say(key).partition("\n")
    return key, name, words


def _entry(key: str) -> None:
    """Name, picture, explanation, and the page that uses the term first."""
    _, name, words = explained(key)
    st.subheader(name, anchor=False)
    if address := pictures.picture(key, services.pretrained_folder()):
        st.html(f'<img class="lab-term" src="{address}" alt="{html.escape(say("alt", name=name))}">')
    st.markdown(words)
    page, _, section = TERMS[key].partition("/")
    navigation.link(page, say("see", page=titles(page)), **({"section": section} if section else {}))
