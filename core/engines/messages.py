"""What the server and its worker say to each other, each message a class, and the one place that makes frames of them.

An order has the number of its job; so has each answer to it. What travels is a JSON object with the message's name under
`kind`, and bytes beside it (core.engines.frames). Both ends are of one version: anything else is an error.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from core.vocabulary import records
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Record

Json = dict[str, Any]
Frame = tuple[Json, bytes]
Message = TypeVar("Message")


class UnknownMessage(ValueError):
    """What came is no message that the other end can send; after it nothing in this pipe is trusted."""


# --- orders to the worker -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Train:
    """Train a run; answered by its records, then by Ended or Failed."""

    job: int
    recipe: Recipe
    data: Path
    """The folder of the data sets."""
    run: str = ""
    """The run's id, for the log."""
    checkpoint: bytes = field(default=b"", repr=False)
    """Where it goes on from; b"" for a new run."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold the job's records back."""

    job: int


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a pause."""

    job: int


@dataclass(frozen=True, slots=True)
class Stop:
    """End the job after the record that is being made."""

    job: int


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What machine is this? Answered by Facts or Failed."""

    job: int


@dataclass(frozen=True, slots=True)
class MeasureSpeed:
    """How fast is this recipe trained here? Answered by Speed or Failed."""

    job: int
    recipe: Recipe


Control = Pause | Resume | Stop
"""Obeyed at once, while another order is carried out."""
Order = Train | Control | MeasureFacts | MeasureSpeed


# --- answers from the worker ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record of the run that is trained."""

    job: int
    record: Record


@dataclass(frozen=True, slots=True)
class Ended:
    """The run's last record has been sent."""

    job: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The order could not be carried out to its end."""

    job: int
    message: str
    """One line for a user."""
    mistake: bool
    """Whether the user can mend it (LabError); else the run broke off (RunFailed)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What core.training.throughput.machine_facts found."""

    job: int
    facts: Json


@dataclass(frozen=True, slots=True)
class Speed:
    """Images a second while training."""

    job: int
    images_per_second: float


Answer = Recorded | Ended | Failed | Facts | Speed


# --- frames ---------------------------------------------------------------------------------------------------------


def encode_order(order: Order) -> Frame:
    """The order as it travels: (JSON object, bytes beside it)."""
    kind: Json = {"kind": type(order).__name__, "job": order.job}
    match order:
        case Train():
            return {**kind, "recipe": order.recipe.as_dict(), "data": str(order.data), "run": order.run}, order.checkpoint
        case MeasureSpeed():
            return {**kind, "recipe": order.recipe.as_dict()}, b""
        case _:
            return kind, b""


def encode_answer(answer: Answer) -> Frame:
    """The answer as it travels: (JSON object, bytes beside it)."""
    kind: Json = {"kind": type(answer).__name__, "job": answer.job}
    match answer:
        case Recorded():
            blobs = records.blobs_of(answer.record)
            lengths = {name: len(blob) for name, blob in blobs.items()}
            return {**kind, "record": records.as_dict(answer.record), "lengths": lengths}, b"".join(blobs.values())
        case Failed():
            return {**kind, "message": answer.message, "mistake": answer.mistake}, b""
        case Facts():
            return {**kind, "facts": answer.facts}, b""
        case Speed():
            return {**kind, "images_per_second": answer.images_per_second}, b""
        case Ended():
            return kind, b""


_ORDERS: Mapping[str, Callable[[Json, bytes], Order]] = {
    "Train": lambda it, blob: Train(it["job"], Recipe.from_dict(it["recipe"]), Path(it["data"]), it["run"], blob),
    "Pause": lambda it, _: Pause(it["job"]),
    "Resume": lambda it, _: Resume(it["job"]),
    "Stop": lambda it, _: Stop(it["job"]),
    "MeasureFacts": lambda it, _: MeasureFacts(it["job"]),
    "MeasureSpeed": lambda it, _: MeasureSpeed(it["job"], Recipe.from_dict(it["recipe"])),
}
_ANSWERS: Mapping[str, Callable[[Json, bytes], Answer]] = {
    "Recorded": lambda it, blob: Recorded(it["job"], records.from_dict(it["record"], _parted(blob, it["lengths"]))),
    "Ended": lambda it, _: Ended(it["job"]),
    "Failed": lambda it, _: Failed(it["job"], it["message"], it["mistake"]),
    "Facts": lambda it, _: Facts(it["job"], it["facts"]),
    "Speed": lambda it, _: Speed(it["job"], it["images_per_second"]),
}


def decode_order(message: Json, blob: bytes) -> Order:
    """The order of `encode_order`. UnknownMessage for anything else."""
    return _decoded(_ORDERS, message, blob)


def decode_answer(message: Json, blob: bytes) -> Answer:
    """The answer of `encode_answer`. UnknownMessage for anything else."""
    return _decoded(_ANSWERS, message, blob)


def _parted(blob: bytes, lengths: Mapping[str, int]) -> dict[str, bytes]:
    """The bytes of a record's fields, which travel in one piece."""
    if sum(lengths.values()) != len(blob):
        raise ValueError(f"{len(blob)} bytes came beside a record of {sum(lengths.values())}")
    ends = itertools.accumulate(lengths.values())
    return {name: blob[end - lengths[name] : end] for name, end in zip(lengths, ends, strict=True)}


def _decoded(makers: Mapping[str, Callable[[Json, bytes], Message]], message: Json, blob: bytes) -> Message:
    try:
        return makers[message["kind"]](message, blob)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        kind = message.get("kind") if isinstance(message, dict) else message
        raise UnknownMessage(f"message {kind!r} is unknown or incomplete ({error!r}); expected one of {', '.join(makers)}") from error
