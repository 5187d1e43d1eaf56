"""The verbs of the command line: one row each, with its options, what it does and how its answer is printed."""

from __future__ import annotations

import argparse
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from core.cli import commands, exporting, output
from core.cli.commands import Answer
from core.export.bundle import KINDS
from core.studies.registry import STUDIES
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import FIELDS, PRESETS, choices_of
from core.vocabulary.sources import SPLITS


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Raises the message as a LabError, where argparse would print the usage and exit."""
        raise LabError(message)


LAYERS = "layers parted by commas, as \"conv 32 3, maxpool 2, dropout 0.25, dense 64\""

# --- the options of each verb -----------------------------------------------------------------------------------------


def _data(data: Parser) -> None:
    data.add_argument("names", nargs="*", metavar="NAME")
    data.add_argument("--fetch", action="store_true", help="download what is missing, with a progress bar")
    own = data.add_argument_group("data sets of one's own")
    own.add_argument("--import", dest="import_from", metavar="FOLDER", help="make one of a folder or a ZIP: a folder for each class, or train/ and test/ above")
    own.add_argument("--name", metavar="NAME", help="what the imported set is called; default: as the folder")
    own.add_argument("--side", type=int, metavar="S", help="pixels of its images along a side, 8 to 64; default: as they are, else 28 or 32")
    own.add_argument("--colour", action=argparse.BooleanOptionalAction, default=None, help="default: as they are")
    own.add_argument("--grey", dest="colour", action="store_false", default=None, help="the same as --no-colour")
    own.add_argument("--drawings", action="store_true", help="cut out and centre, as MNIST's digits; else photographs, cropped to a square")
    own.add_argument("--split", choices=SPLITS, help="which part tests; default: given with train/ and test/, else random, a fifth of each class")
    own.add_argument("--authors", action="store_true", help="file names begin with their author, as ANN_12.png")
    own.add_argument("--keep-rest", action="store_true", help="leave broken pictures out; else one of them refuses the import")
    own.add_argument("--export", metavar="NAME", help="write one as a folder that --import takes")
    own.add_argument("--to", metavar="DIR", help="with --export: a folder that is not there yet")
    own.add_argument("--delete", metavar="NAME", help="forget everything of one")


def _networks(networks: Parser) -> None:
    networks.add_argument("name", nargs="?", metavar="NAME")
    networks.add_argument("--layers", metavar="LIST", help=f"the table of a network of one's own; {LAYERS}")
    networks.add_argument("--shape", metavar="CxHxW", help="picture shape; default: the network's own data set's, with --layers that of digits")


def _train(train: Parser) -> None:
    train.add_argument("--resume", metavar="RUN", help="go on with this run after its last finished epoch")
    train.add_argument("--engine", choices=tuple(commands.ENGINES), default="thread", help="where it trains")
    train.add_argument("--preset", choices=PRESETS, default=None, help="where the other values come from; default: quick")
    add_recipe_options(train)


def _runs(runs: Parser) -> None:
    runs.add_argument("run", nargs="?", metavar="RUN")


def _classify(classify: Parser) -> None:
    classify.add_argument("pictures", nargs="+", metavar="PICTURE", help="a PNG, JPEG, HEIC, GIF, WebP, BMP or AVIF, or several")
    classify.add_argument("--network", required=True, metavar="NAME", help="a pretrained network, a data set, a finished run, or RUN@EPOCH")
    classify.add_argument("--resolution", type=int, metavar="S", help="side in pixels, from 4; default: the original's")
    classify.add_argument("--filter", metavar="|".join(choices_of("filter")), help="default: the one it was trained with")
    classify.add_argument("--top", type=int, metavar="K", help="how many classes; default: all")
    for step in ("ground", "drawing", "invert", "crop", "thicken", "centre"):
        classify.add_argument(f"--{step}", default="auto", metavar="auto|on|off", help="default: as the data set was made")
    classify.add_argument("--aspect", default="auto", metavar="auto|pad|crop", help="how a picture becomes square")


def _export(export: Parser) -> None:
    export.add_argument("run", metavar="RUN", help="a finished run, one that comes with the app, or RUN@EPOCH; RUN,RUN: the report of their comparison")
    export.add_argument("--to", required=True, metavar="DIR", help="a folder that is not there yet")
    export.add_argument("--what", metavar="KIND,...", help=f"some of {', '.join(KINDS)}; default: all that the run can give")


def _pretrain(pretrain: Parser) -> None:
    pretrain.add_argument("names", nargs="*", metavar="NAME", help="some of the plan; default: all of it")
    pretrain.add_argument("--to", metavar="DIR", help="folder; default: pretrained/ beside core/")


def _study(study: Parser) -> None:
    study.add_argument("study", choices=tuple(STUDIES), metavar="NAME")
    study.add_argument("--report", metavar="DIR", help="a folder that is not there yet, for report.html and report.pdf")
    add_recipe_options(study)


def add_recipe_options(parser: Parser) -> None:
    """One option for each field of the recipe but the preset, from which comes what is not given; --layers for a network
    that has no name."""
    kinds: dict[str, Any] = {"int": int, "float": float, "str": str}
    for name, field in FIELDS.items():
        option, kind = f"--{name.replace('_', '-')}", str(field.type).removesuffix(" | None")
        if name == "preset":
            continue
        if name == "network":
            either = parser.add_mutually_exclusive_group()
            either.add_argument(option, default=argparse.SUPPRESS, metavar="|".join(choices_of(name)))
            either.add_argument("--layers", dest=name, default=argparse.SUPPRESS, metavar="LIST", help=LAYERS)
        elif kind == "bool":
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS)
        else:
            parser.add_argument(option, type=kinds[kind], default=argparse.SUPPRESS,
                               metavar="|".join(choices_of(name)) or kind.upper())  # fmt: skip


# --- the verbs --------------------------------------------------------------------------------------------------------

EXITS = {"failed": 1, "interrupted": 1, "stopped": 130}
"""The exit code of a training that ended with such a status; 0 for every other answer."""


def _exit_of_training(answer: Answer) -> int:
    return EXITS.get(str(answer.get("status", "")), 0)


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: `python -m core NAME`."""

    name: str
    about: str
    """What `--help` says of it."""
    add_options: Callable[[Parser], None]
    run: Callable[[Namespace], Answer]
    """The options -> the answer, plain values for JSON. LabError for bad input."""
    show: Callable[[Answer], None] = output.print_plain
    """Prints the answer for a person; with --json the answer itself is printed."""
    exit_code: Callable[[Answer], int] = lambda answer: 0


VERBS = {
    verb.name: verb
    for verb in (
        Verb("data", "what data is there, where; --fetch downloads what is missing, --import makes a set of your own", _data, commands.do_data, output.print_data),
        Verb("networks", "the networks, or one network's layer table", _networks, commands.do_networks, output.print_networks),
        Verb("train", "train one network and test it", _train, commands.do_train, output.print_run, _exit_of_training),
        Verb("runs", "the runs, or one of them whole, also one that comes with the app", _runs, commands.do_runs, output.print_runs),
        Verb("classify", "what a trained network says about a picture, or about several", _classify, commands.do_classify, output.print_classify),
        Verb("export", "a finished run as files to take home: script, notebook, weights, tables", _export, exporting.do_export, output.print_export),
        Verb("pretrain", "make everything under pretrained/, skipping what is there", _pretrain, commands.do_pretrain),
        Verb("study", "the tables of a study; with recipe options, made anew with those changed", _study, commands.do_study, output.print_study),
    )
}
"""Name -> verb, in the order of `--help`."""


def make_parser(about: str) -> Parser:
    """The parser of all verbs and their options; `about` is what `--help` says of them together."""
    top = Parser(prog="python -m core", description=about, allow_abbrev=False)
    verbs = top.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    for verb in VERBS.values():
        parser: Parser = verbs.add_parser(verb.name, help=verb.about, description=verb.about, allow_abbrev=False)
        parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        verb.add_options(parser)
    return top
