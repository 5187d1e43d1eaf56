"""The command line: `python -m core VERB`. It does what the app does, without a browser.

Progress goes to stderr; with --json, one JSON object goes to stdout. Exit 0: done. 1: a run failed or broke off. 2: bad input,
told in one line. 130: stopped.
"""

from __future__ import annotations

import sys

from core.system import supported

if supported.refuses():
    sys.exit(2)

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from core.cli import commands, output
from core.engines.malloc import tune_malloc
from core.system import log
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, PRESETS, choices_of


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Raises the message as a LabError, where argparse would print the usage and exit."""
        raise LabError(message)


def parser() -> Parser:
    """The parser of all verbs and their options."""
    top = Parser(prog="python -m core", description=__doc__.splitlines()[0], allow_abbrev=False)
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)

    def verb(name: str, about: str) -> Parser:
        made: Parser = verbs.add_parser(name, help=about, description=about, allow_abbrev=False)
        made.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        return made

    data = verb("data", "what data is there, where; --fetch downloads what is missing")
    data.add_argument("names", nargs="*", metavar="NAME")
    data.add_argument("--fetch", action="store_true", help="download what is missing, with a progress bar")
    networks = verb("networks", "the networks, or one network's layer table")
    networks.add_argument("name", nargs="?", metavar="NAME")
    networks.add_argument("--shape", metavar="CxHxW", help="picture shape; default: the network's own data set's")
    train = verb("train", "train one network and test it")
    train.add_argument("--resume", metavar="RUN", help="go on with this run after its last finished epoch")
    train.add_argument("--engine", choices=tuple(commands.ENGINES), default="thread", help="where it trains")
    train.add_argument("--preset", choices=PRESETS, default=None, help="where the other values come from; default: quick")
    add_recipe_options(train)
    runs = verb("runs", "the runs, or one of them whole, also one that comes with the app")
    runs.add_argument("run", nargs="?", metavar="RUN")
    classify = verb("classify", "what a trained network says about a picture")
    classify.add_argument("picture", metavar="PICTURE", help="a PNG, JPEG, GIF, WebP, BMP or AVIF")
    classify.add_argument("--network", required=True, metavar="NAME", help="a pretrained network, a data set, or a finished run")
    classify.add_argument("--resolution", type=int, metavar="S", help="side in pixels, from 4; default: the original's")
    classify.add_argument("--filter", metavar="|".join(choices_of("filter")), help="default: the one it was trained with")
    classify.add_argument("--top", type=int, metavar="K", help="how many classes; default: all")
    for step in ("invert", "crop", "centre"):
        classify.add_argument(f"--{step}", default="auto", metavar="auto|on|off", help="default: as the data set was made")
    classify.add_argument("--aspect", default="auto", metavar="auto|pad|crop", help="how a picture becomes square")
    pretrain = verb("pretrain", "make everything under pretrained/, skipping what is there")
    pretrain.add_argument("names", nargs="*", metavar="NAME", help="some of the plan; default: all of it")
    pretrain.add_argument("--to", metavar="DIR", help="folder; default: pretrained/ beside core/")
    study = verb("study", "the tables of a study; with recipe options, made anew with those changed")
    study.add_argument("study", choices=("resolution", "architectures", "dropout", "splits"), metavar="NAME")
    add_recipe_options(study)
    return top


def add_recipe_options(train: Parser) -> None:
    """One option for each field of the recipe but the preset, from which comes what is not given."""
    kinds: dict[str, Any] = {"int": int, "float": float, "str": str}
    for name, field in FIELDS.items():
        option, kind = f"--{name.replace('_', '-')}", str(field.type).removesuffix(" | None")
        if name == "preset":
            continue
        if kind == "bool":
            train.add_argument(option, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS)
        else:
            train.add_argument(option, type=kinds[kind], default=argparse.SUPPRESS,
                               metavar="|".join(choices_of(name)) or kind.upper())  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Runs one verb with the options in `words` (None: those of the process). Returns the exit code: see this module's docstring."""
    tune_malloc()
    try:
        log.configure()
        options = parser().parse_args(words)
        if options.verb is None:
            parser().print_help(sys.stderr)
            return 2
        answer = getattr(commands, f"do_{options.verb}")(options)
        output.show(options.verb, answer, as_json=options.json)
        return {"failed": 1, "interrupted": 1, "stopped": 130}.get(answer.get("status", ""), 0) if options.verb == "train" else 0
    except LabError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except (OSError, ImportError) as error:
        return _ended(error)


def _ended(error: Exception) -> int:
    """What a fault of the system means: 2 and a line where somebody can mend it; else it goes on its way."""
    if isinstance(error, BrokenPipeError):  # the reader of our output, `head` perhaps, has seen enough
        sys.stderr.close()
        return 0
    sentence = supported.explained(error)
    if not sentence and isinstance(error, OSError) and error.filename:  # a folder or a file that cannot be used
        sentence = f"{error.filename}: {error.strerror}"
    if not sentence:
        raise error
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
