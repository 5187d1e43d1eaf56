"""The page "Glossary": every term in two sentences at most, to be searched, each with the page that uses it first."""

from __future__ import annotations

import streamlit as st

from demo.text import speaker
from demo.visitor import navigation

say = speaker("glossary")
titles = speaker("studio")
TERMS = {
    "activation": "convolution", "accuracy": "train", "adagrad": "train", "adam": "architectures", "antialias": "train",
    "architecture": "train", "attractor": "resolution/riddle", "augmentation": "train", "batch": "train", "bias": "convolution",
    "channel": "convolution", "checkpoint": "runs", "confusion_matrix": "train", "convolution": "convolution",
    "dilation": "convolution", "dropout": "train", "epoch": "train", "f1": "train", "feature_map": "convolution",
    "filter": "warmup", "gradient": "train", "k_fold": "splits", "kernel": "convolution", "learning_rate": "train",
    "logit": "resolution/riddle", "loss": "train", "macro": "train", "micro": "audit/matrix", "mixed": "resolution",
    "momentum": "train", "optimizer": "train", "overfitting": "dropout", "padding": "convolution", "parameter": "train",
    "pooling": "pooling", "precision": "train", "recall": "train", "receptive_field": "network",
    "recipe": "train", "relu": "convolution", "resolution": "train", "seed": "train", "sgd": "train", "softmax": "network",
    "spread": "dropout", "stratified": "splits", "stride": "convolution", "test_set": "resolution", "totv": "resolution",
    "tvtv": "resolution", "validation": "train", "weight": "convolution", "weight_decay": "train",
}  # fmt: skip
"""A term's key in the text file -> the page that uses it first, where needed with the section."""


def render() -> None:
    """The whole page. Nothing here imports torch."""
    st.title(say("title"), anchor=False)
    st.markdown(say("intro"))
    wanted = st.text_input(say("search"), placeholder=say("search_placeholder"), key="glossary.search", icon=":material/search:")
    found = search(wanted)
    st.caption(say("found", count=len(found), all=len(TERMS)))
    if not found:
        st.info(say("none"), icon=":material/search_off:")
    for place in range(0, len(found), 2):
        for column, (key, name, words) in zip(st.columns(2, gap="large"), found[place : place + 2], strict=False):
            with column:
                _term(key, name, words)


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


def _term(key: str, name: str, words: str) -> None:
    page, _, section = TERMS[key].partition("/")
    st.markdown(f"**{name}**  \n{words}")
    navigation.link(page, say("see", page=titles(page)), **({"section": section} if section else {}))
