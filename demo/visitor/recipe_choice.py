"""The recipe that is being chosen, and how it goes into the address and comes out of it.

The address holds what a link should restore: the recipe (only what differs from its preset) and the id of the run
that is looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.datasets import files as dataset_files
from core.runs.snapshot import Snapshot
from core.vocabulary.datasets import hardest_first
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, PRESETS, Recipe, preset
from core.vocabulary.sources import names
from demo.server import services
from demo.visitor import links, navigation, session
from demo.visitor.address import base_of, parse, spell, with_unresolved_device
from demo.visitor.navigation import RUN

REPLACED = "recipe"
"""Whose replaced addresses these are, for demo/visitor/links.py."""


def recipe() -> Recipe:
    """The recipe chosen on the page now."""
    found: Recipe | None = session.get_state("recipe")
    if found is None:
        found = first_recipe()
        session.set_state("recipe", found)
    return found


def choose(**changes: Any) -> None:
    """Changes the chosen recipe; a change that does not go together leaves it alone and is told by `session.notice()`."""
    session.set_notice("")
    try:
        session.set_state("recipe", recipe().changed(**changes))
    except LabError as refusal:
        session.set_notice(str(refusal))


def choose_recipe(chosen: Recipe) -> None:
    """Replaces the chosen recipe."""
    session.set_notice("")
    session.set_state("recipe", chosen)


def choose_preset(name: str, dataset: str | None = None) -> None:
    """Replaces the chosen recipe by a preset; tells by `session.notice()` where there is none for the data set."""
    session.set_notice("")
    try:
        session.set_state("recipe", preset(name, dataset))
    except LabError as refusal:
        session.set_notice(str(refusal))


def choose_dataset(name: str) -> None:
    """Changes the data set: its own network, size and preset, and what else had been changed by hand."""
    session.set_notice("")
    old = recipe()
    base = base_of(old.preset, old.dataset)
    own = ("dataset", "network", "resolution", "train_limit", "preset")
    kept = {field: getattr(old, field) for field in FIELDS if field not in own}
    kept = {field: value for field, value in kept.items() if value != getattr(base, field)}
    try:
        session.set_state("recipe", dataclasses.replace(base_of(old.preset, name), **kept))
    except LabError as refusal:
        session.set_notice(str(refusal))
        session.set_state("recipe", preset("quick", name))


def first_recipe() -> Recipe:
    """The preset `quick` on the first data set that is here."""
    folder = services.data_folder()
    return preset("quick", next(name for name in hardest_first() if dataset_files.state(name, folder).present))


def restore() -> str | None:
    """Follows the address, once for each new one; returns the run that is looked at, or None.

    An address that this page wrote itself changes nothing; an empty one (a click in the menu) goes on with what
    was chosen before. Who chooses twice within a moment still sends the address of before the first choice: it is one
    that was just replaced, and changes nothing either.
    """
    address = _address()
    if address != session.get_state("address", {}) and not links.just_replaced(REPLACED, address):
        if address:
            session.set_notice("")
            session.set_state("unknown", None)
            session.set_state("run", navigation.run_from_address())
            session.set_state("recipe", recipe_from_address())
        session.set_state("address", address)
    run: str | None = session.get_state("run")
    return run


def recipe_from_address() -> Recipe:
    """The recipe of the address: its preset and data set with what differs. A run's id alone means its recipe.

    A value that does not belong is told by `session.notice()`; the recipe is then the preset's, or the first one.
    """
    values = {name: value for name, value in _address().items() if name != RUN}
    run = navigation.run_from_address()
    if not values:
        return _recipe_of(run) if run else first_recipe()
    try:
        return parse(values)
    except LabError as refusal:
        session.set_notice(str(refusal))
        return _nearest(values)


def _recipe_of(run: str) -> Recipe:
    """The recipe of a run; the first one where this machine does not know the run (the page says so elsewhere)."""
    try:
        return with_unresolved_device(session.manager().snapshot(run).recipe)
    except LabError:
        return first_recipe()


def recipe_to_address(chosen: Recipe, snapshot: Snapshot | None = None) -> None:
    """Writes the recipe and the run that is looked at into the address; a run's own recipe needs no words."""
    address = {} if snapshot is not None and with_unresolved_device(snapshot.recipe) == chosen else spell(chosen)
    if snapshot is not None:
        address[RUN] = snapshot.run
    if address != (before := session.get_state("address", {})):
        links.remember_replaced(REPLACED, before)
    session.set_state("address", address)
    opened = navigation.opened_in_address() if snapshot is not None else {}
    opened |= {name: st.query_params[name] for name in (*links.names(), *links.HIDDEN) if name in st.query_params}
    if st.query_params.to_dict() != address | opened:
        st.query_params.from_dict(address | opened)


def _address() -> dict[str, str]:
    """The address without what is opened on top of the page."""
    return {name: value for name, value in st.query_params.to_dict().items() if name not in (*navigation.DOORS, *links.names(), *links.HIDDEN)}


def _nearest(values: Mapping[str, str]) -> Recipe:
    """The preset that a bad address may have meant."""
    name = values.get("preset", "")
    dataset = values.get("dataset", "")
    if dataset not in names():
        return first_recipe()
    try:
        return preset(name if name in PRESETS else "quick", dataset)
    except LabError:  # the report has no study on this data set: the reason is told already
        return preset("quick", dataset)
