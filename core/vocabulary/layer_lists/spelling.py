"""A network as one line of text: "conv 32 3, maxpool 2, dropout 0.25, dense 512". Text -> steps and back.

Items are parted by commas, words by spaces: conv FILTERS SIZE [stride S] [padding P] [dilation D] [ACTIVATION],
batchnorm [ACTIVATION], maxpool SIZE [stride S], avgpool SIZE [stride S], globalpool, dropout RATE,
dense OUTPUTS [ACTIVATION]. ACTIVATION is relu, leaky, sigmoid, tanh or none. The last dense layer, one output per class,
is no item: it is added when a network is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.vocabulary.errors import LabError
from core.vocabulary.layers import ACTIVATIONS, BatchNorm, Conv, Dense, Drop, GlobalPool, Pool, Step

MOST_LAYERS = 30
"""Of a list."""
MOST_CHARACTERS = 2_000
"""Of its text."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """One kind of item: its word, the numbers that must follow, those that may, and whether an activation may."""

    word: str
    step: Callable[..., Step]
    numbers: Mapping[str, type] = field(default_factory=dict)
    """Name of the step's value -> int or float, in order."""
    options: tuple[str, ...] = ()
    """Names of values; each is written before its whole number."""
    activation: str | None = None
    """The usual one, as the class of torch.nn; None: takes none."""
    example: str = ""

    @property
    def usage(self) -> str:
        """How an item is written."""
        parts = [self.word, *(name.upper() for name in self.numbers), *(f"[{name} N]" for name in self.options)]
        return " ".join([*parts, *(["[ACTIVATION]"] if self.activation is not None else [])])


GRAMMAR = {
    row.word: row
    for row in (
        Grammar("conv", Conv, {"filters": int, "size": int}, ("stride", "padding", "dilation"), "ReLU", "conv 32 3"),
        Grammar("batchnorm", BatchNorm, activation="", example="batchnorm relu"),
        Grammar("maxpool", Pool, {"size": int}, ("stride",), example="maxpool 2"),
        Grammar("avgpool", lambda **values: Pool(**values, kind="average"), {"size": int}, ("stride",), example="avgpool 2"),
        Grammar("globalpool", GlobalPool, example="globalpool"),
        Grammar("dropout", Drop, {"rate": float}, example="dropout 0.25"),
        Grammar("dense", Dense, {"outputs": int}, activation="ReLU", example="dense 64"),
    )
}
"""The word of an item -> how it is written."""
_USUAL = {"stride": 1, "padding": 0, "dilation": 1}
_WORDS = {name: word for word, name in ACTIVATIONS.items()}


def parse(text: str) -> tuple[Step, ...]:
    """The steps of a layer list. LabError, in one line that names the layer and the reason, for what is none.

    >>> parse("conv 8 3 stride 2, dropout 0.5")
    (Conv(filters=8, size=3, activation='ReLU', stride=2, padding=0, dilation=1), Drop(rate=0.5))
    """
    if not text.strip():
        raise LabError("the list of layers is empty; expected layers parted by commas, as conv 32 3, maxpool 2, dense 64")
    items = text.lower().split(",")
    if len(items) > MOST_LAYERS or len(text) > MOST_CHARACTERS:
        raise LabError(f"the list has {len(items)} layers and {len(text):,} characters; "
                       f"expected at most {MOST_LAYERS} layers and {MOST_CHARACTERS:,} characters")  # fmt: skip
    steps = []
    for number, item in enumerate(items, start=1):
        words = item.split()
        if not words:
            raise LabError(f"Layer {number} is empty; expected one of {', '.join(GRAMMAR)} between two commas")
        try:
            steps.append(_step(words))
        except LabError as error:
            raise LabError(f"Layer {number}, {' '.join(words)[:60]}: {error}") from None
    return tuple(steps)


def spell(steps: Sequence[Step]) -> str:
    """The text of steps as `parse` takes it; values that are as usual are left out.

    >>> spell(parse("Conv 32 3 RELU, maxpool 2 stride 2, dense 10 none"))
    'conv 32 3, maxpool 2, dense 10 none'
    """
    return ", ".join(map(spell_step, steps))


def spell_step(step: Step) -> str:
    """The text of one step."""
    row = GRAMMAR[word_of(step)]
    words = [row.word, *(_number(getattr(step, name)) for name in row.numbers)]
    for name in row.options:
        value = getattr(step, name)
        if value is not None and not (isinstance(step, Conv) and value == _USUAL[name]):
            words += [name, str(value)]
    if isinstance(step, Conv | BatchNorm | Dense) and step.activation != row.activation:
        words.append(_WORDS[step.activation])
    return " ".join(words)


def word_of(step: Step) -> str:
    """The word of a step's kind, a key of GRAMMAR."""
    if isinstance(step, Pool):
        return "maxpool" if step.kind == "max" else "avgpool"
    return next(word for word, row in GRAMMAR.items() if row.step is type(step))


def _number(value: float) -> str:
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _step(words: Sequence[str]) -> Step:
    row = GRAMMAR.get(words[0])
    if row is None:
        raise LabError(f"there is no layer {words[0][:30]!r}; expected one of {', '.join(GRAMMAR)}")
    wanted = f"expected {row.usage}, as {row.example}"
    required, rest = words[1 : 1 + len(row.numbers)], list(words[1 + len(row.numbers) :])
    if len(required) < len(row.numbers):
        raise LabError(wanted)
    values: dict[str, Any] = {name: _read(word, kind, wanted) for (name, kind), word in zip(row.numbers.items(), required, strict=True)}
    while rest:
        name = rest.pop(0)
        if name in row.options and name not in values and rest:
            values[name] = _read(rest.pop(0), int, wanted)
        elif row.activation is not None and name in ACTIVATIONS and "activation" not in values:
            values["activation"] = ACTIVATIONS[name]
        else:
            raise LabError(f"{name[:30]!r} does not belong here; {wanted}")
    return row.step(**values)


def _read(word: str, kind: type, wanted: str) -> float:
    try:
        value: float = kind(word)
    except ValueError:
        raise LabError(f"{word[:30]!r} is no {'whole ' if kind is int else ''}number; {wanted}") from None
    return value
