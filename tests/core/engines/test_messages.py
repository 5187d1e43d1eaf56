"""Each message between the server and its worker comes out of the pipe as it went in; anything else is one clear error."""

from __future__ import annotations

import io
from pathlib import Path
from typing import get_args

import pytest

from core.engines import messages
from core.engines.frames import frame_of, read_frame
from core.engines.messages import Answer, Order, UnknownMessage
from core.vocabulary import records
from core.vocabulary.recipe import Recipe
from core.vocabulary.records import Epoch, Record, Result, Start, Tick

RECIPE = Recipe(epochs=3, seed=7)
ORDERS: tuple[Order, ...] = (
    messages.Train(1, RECIPE, Path("/data"), "run-1", b"weights"), messages.Train(2, RECIPE, Path("/data")), messages.Pause(3),
    messages.Resume(4), messages.Stop(5), messages.MeasureFacts(6), messages.MeasureSpeed(7, RECIPE),
)  # fmt: skip
RECORDS: tuple[Record, ...] = (
    Start(RECIPE, records.Facts(parameters=9), 0, b"arrays"), Tick("training", 1, 2, 3, 0.5),
    Epoch(1, 0.5, 0.5, 0.6, 0.7, 0.8, [[1]], [[1]], 0.1, 1.5, 100.0, 1, [0.3], b"checkpoint", arrays=b"arrays"), Result(1, 0.3, 0.9, [[1]], 0.1, b"weights"),
)  # fmt: skip
ANSWERS: tuple[Answer, ...] = (
    *(messages.Recorded(1, record) for record in RECORDS), messages.Ended(2), messages.Failed(3, "why", True),
    messages.Failed(4, "why", False), messages.Facts(5, {"cores": 2}), messages.Speed(6, 12.5),
)  # fmt: skip


def through_a_pipe(frame: messages.Frame) -> messages.Frame:
    found = read_frame(io.BytesIO(frame_of(*frame)))
    assert found is not None
    return found


@pytest.mark.parametrize("order", ORDERS, ids=repr)
def test_an_order_arrives_as_it_was_sent(order: Order) -> None:
    assert messages.decode_order(*through_a_pipe(messages.encode_order(order))) == order


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: type(answer).__name__)
def test_an_answer_arrives_as_it_was_sent(answer: Answer) -> None:
    assert messages.decode_answer(*through_a_pipe(messages.encode_answer(answer))) == answer


def test_every_kind_of_message_is_among_these() -> None:
    assert {type(order) for order in ORDERS} == set(get_args(Order))
    assert {type(answer) for answer in ANSWERS} == set(get_args(Answer))


def test_what_is_no_message_is_one_clear_error() -> None:
    for frame in (({"kind": "Dance", "job": 1}, b""), ({}, b""), ({"kind": "Stop"}, b""), (["Stop"], b"")):
        with pytest.raises(UnknownMessage, match=r"unknown or incomplete .*; expected one of Train, Pause") as refusal:
            messages.decode_order(*frame)  # type: ignore[arg-type]  # one of them is a list, as JSON may be
        assert "\n" not in str(refusal.value)
    message, blob = messages.encode_answer(messages.Recorded(1, RECORDS[2]))
    with pytest.raises(UnknownMessage, match="15 bytes came beside a record of 16"):
        messages.decode_answer(message, blob[:-1])
    with pytest.raises(UnknownMessage, match="'Train' is unknown"):
        messages.decode_answer({"kind": "Train", "job": 1}, b"")
