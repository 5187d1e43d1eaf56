"""Every question that a page asks: its words, its options, which one is right, and a sentence of why for each option.

The right option is never written down: core.classroom.questions finds it in the data. What a sentence needs of the data is put in
here, as people read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.classroom.questions import audit, lessons, studies
from core.classroom.questions.finding import Finding
from core.explain import worksheet
from core.studies import resolution as study_1
from core.studies.architectures import BATCHES
from core.vocabulary import metrics
from core.vocabulary.recipe import preset
from core.vocabulary.records import Matrix
from demo.classroom import asking, verdict
from demo.classroom.question import Answer, Question, Settled, Unsettled
from demo.server import services
from demo.text import Say, speaker
from demo.ui import evidence
from demo.ui.defaults import DEFAULTS
from demo.ui.formatting import one_in, percent, signed, whole

Numbers = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""A finding's numbers as they stand in the sentences."""


def _asked(
    say: Say, name: str, options: Sequence[str], find: Callable[[], Finding | None], numbers: Numbers,
    undecided: Callable[[Finding], str] | None = None, **values: object,
) -> Question:  # fmt: skip
    """The question `say(name)` with the options `say(f"{name}_{option}")` and their whys `say(f"{name}_{option}_why")`.

    `undecided`: what to say where the data do not decide; `values`: what the question's own words need.
    """

    def answer() -> Answer:
        found = find()
        if found is None:
            return verdict.waits()
        if found.right is None:
            return Unsettled(undecided(found)) if undecided else verdict.undecided()
        known = numbers(found.numbers)
        return Settled(found.right, {option: say(f"{name}_{option}_why", **known) for option in options})

    return Question(name, say(name, **values), {option: say(f"{name}_{option}") for option in options}, answer)


# --- the lessons -----------------------------------------------------------------------------------------------------


def convolution() -> Question:
    """How many numbers a convolution gives."""
    return _asked(speaker("convolution"), "question", ("16", "9", "4", "1"), lessons.convolution, _as_it_is)


def pooling() -> Question:
    """What a shift by a pixel leaves of max-pooled images."""
    return _asked(
        speaker("pooling"), "question", ("all", "some", "none"), lambda: lessons.pooling(services.pretrained_folder(), services.data_folder()),
        lambda found: {name: whole(count) for name, count in found.items()},
    )  # fmt: skip


def warmup() -> Question:
    """Which of two filters separates the classes."""
    return _asked(speaker("warmup"), "question", ("plus", "ring", "both", "neither"), lessons.warmup, lambda _: {})


def network() -> Question:
    """How many multiplications one image costs."""
    return _asked(
        speaker("network"), "question", tuple(lessons.MULTIPLICATIONS), lessons.network,
        lambda found: {name: whole(count) for name, count in found.items()},
    )  # fmt: skip


def learning() -> Question:
    """Whether one step of gradient descent makes a weight larger or smaller."""
    def find() -> Finding:
        return lessons.learning(list(worksheet.images())[DEFAULTS["learning"].number - 1])

    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {name: signed(value, 1).removesuffix(".0") for name, value in found.items()}

    return _asked(speaker("learning"), "question", ("up", "down", "stays"), find, numbers, None, **numbers(find().numbers))


def seeing() -> Question:
    """Who recognises the most in small images: the class, or one of two networks."""
    say = speaker("seeing")

    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        shares = {name: percent(found[name]) for name in ("totv", "mixed", "people") if found[name] is not None}
        return {**shares, "guesses": whole(found["guesses"]), "side": str(lessons.SEEN_SIDE)}

    return _asked(
        say, "question", ("people", "totv", "mixed", "same"),
        lambda: lessons.seeing(asking.cards("resolution"), services.guesses().everybody()), numbers,
        undecided=lambda found: say("close" if found.numbers["guesses"] else "unplayed", **numbers(found.numbers)),
    )  # fmt: skip


# --- the studies -----------------------------------------------------------------------------------------------------


def protocols() -> Question:
    """Study 1: which protocol loses more accuracy as the images get smaller."""
    say = speaker("resolution")

    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {"first": found["first"], "last": found["last"], "data": say(f"dataset_{found['dataset']}"),
                "totv": _points(found["totv"]), "tvtv": _points(found["tvtv"])}  # fmt: skip

    return _asked(say, "ask_results", ("totv", "tvtv", "same"), lambda: studies.protocols(asking.cards("resolution")), numbers)


def cat() -> Question:
    """Study 1: why 'cat' is found more often in blurrier images."""
    say = speaker("resolution")

    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        shares = {name: percent(found[name]) for name in found if name.startswith(("recall", "precision"))}
        counts = {name: whole(found[name]) for name in found if name not in shares}
        return {**shares, **counts}

    return _asked(
        say, "ask_riddle", ("easier", "called", "luck"), lambda: studies.cat(asking.cards("resolution")), numbers,
        undecided=lambda found: say("ask_riddle_undecided", **numbers(found.numbers)),
    )  # fmt: skip


def sizes() -> Question:
    """Study 1: where one network for all sizes loses most."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        behind = found["behind"]
        worst, least = max(behind, key=behind.__getitem__), min(behind, key=behind.__getitem__)
        return {"worst": worst, "behind": _points(behind[worst]), "least": least, "little": _points(behind[least])}

    def find() -> Finding | None:
        cards = asking.cards("resolution")
        return next((found for dataset in study_1.SIDES if (found := studies.sizes(cards, dataset))), None)

    return _asked(speaker("resolution"), "ask_sweep", ("sharp", "tiny", "even", "nowhere"), find, numbers)


def recipes() -> Question:
    """Study 1: the report's recipe against a shorter one."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {**{name: str(value) for name, value in found.items()}, "long": percent(found["long"]), "short": percent(found["short"])}

    say, lengths = speaker("resolution"), {name: preset(name, "cifar10").epochs for name in ("report", "fast")}
    return _asked(say, "ask_training", ("long", "short", "alike"), lambda: studies.recipes(asking.cards("resolution")), numbers,
                  undecided=lambda found: say("training_undecided", **numbers(found.numbers)),
                  long_epochs=lengths["report"], short_epochs=lengths["fast"])  # fmt: skip


def dropout() -> Question:
    """Study 3: what more dropout does to training and test accuracy."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        shares = {name: percent(found[name]) for name in found if name.startswith(("train", "test"))}
        rates = {name: _rate(found[name]) for name in ("rate", "first", "best", "other_best")}
        return {**shares, **rates, **{name: "–" if found[name] is None else _points(found[name]) for name in ("lead", "other_lead")}}

    options = ("both_down", "train_down", "test_up", "nothing")
    return _asked(speaker("dropout"), "question", options, lambda: studies.dropout(asking.cards("dropout")), numbers)


def splits() -> Question:
    """Study 4: by which split the estimate depends least on the draw."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {**{name: f"{100 * found[name]:.2f}" for name in ("random", "stratified", "k_fold")}, "folds": found["folds"]}

    return _asked(
        speaker("splits"), "question", ("random", "stratified", "fold", "same"), lambda: studies.splits(asking.cards("splits")), numbers
    )  # fmt: skip


# --- the architectures -----------------------------------------------------------------------------------------------

HARD = {"t_shirt_top": "T-shirt/Top", "trouser": "Trouser", "shirt": "Shirt", "bag": "Bag"}
"""An option -> its class."""


def wins() -> Question:
    """Study 2: which of three networks, each deeper than the last, is best."""
    say = speaker("architectures")

    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        shares = {name: percent(found[name]) for name in ("arc2", "arc3", "arc4")}
        to_second, to_last = found["to_second"], found["to_last"]
        leads = {"lead": _points(to_second.lead), "range": _points(to_last.lead),
                 "lead_words": evidence.words(to_second), "range_words": evidence.words(to_last)}  # fmt: skip
        return {**shares, **leads, "epochs": found["epochs"], "best": found["best"], "second": found["second"]}

    return _asked(
        say, "wins", ("arc2", "arc3", "arc4", "alike"), lambda: studies.best_of_the_ladder(asking.cards("architectures"), services.pretrained_folder()), numbers,
        undecided=lambda found: say("wins_undecided", **numbers(found.numbers)),
    )  # fmt: skip


def restless() -> Question:
    """Study 2: with which batch size the validation curve goes up and down the most."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        steps = {name: f"{100 * found[name]:.2f}" for name in found if name.startswith("wiggle_")}
        return {**steps, "most": found["most"], "wiggle_most": steps[f"wiggle_{found['most']}"]}

    options = (*map(str, BATCHES), "alike")
    return _asked(speaker("architectures"), "restless", options, lambda: studies.most_restless(asking.cards("architectures")), numbers)


def most() -> Question:
    """Study 2: where a network keeps most of its parameters."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {name: percent(value) if name == "share" else whole(value) for name, value in found.items()}

    return _asked(speaker("architectures"), "most", ("convolutions", "first_dense", "rest"), studies.most_parameters, numbers)


def hard() -> Question:
    """Study 2: which class is hardest."""
    def find() -> Finding | None:
        found = studies.hardest_class(asking.cards("architectures"), tuple(HARD.values()))
        return found and Finding(next(option for option, name in HARD.items() if name == found.right), found.numbers)

    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {**{option: percent(found["recall"][name]) for option, name in HARD.items()}, "networks": found["networks"]}

    return _asked(speaker("architectures"), "hard", tuple(HARD), find, numbers)


# --- the audit -------------------------------------------------------------------------------------------------------


def mean() -> Question:
    """How the mean of the class accuracies relates to the accuracy."""
    return _asked(speaker("audit"), "mean", ("equal", "near", "free"), audit.mean_of_classes, lambda found: {
        "mean": percent(found["mean"]), "accuracy": percent(found["accuracy"]), "classes": found["classes"], "each": found["each"],
    })  # fmt: skip


def equal() -> Question:
    """Which average of the precision always equals the accuracy."""
    return _asked(
        speaker("audit"), "equal", ("macro", "weighted", "micro"), audit.always_the_accuracy,
        lambda found: {name: percent(share) for name, share in found.items()},
    )  # fmt: skip


def why() -> Question:
    """Why most of the printed precisions are sixteenths."""
    def numbers(found: Mapping[str, Any]) -> dict[str, str]:
        return {"fit": found["fit"], "of": found["of"], "accident": one_in(found["accident"]), "size": found["size"], "last": found["last"]}

    return _asked(speaker("audit"), "why", ("accident", "few", "rounding"), audit.sixteenths, numbers)


def chance() -> Question:
    """How often two networks agree in a rounded score by accident."""
    return _asked(
        speaker("audit"), "chance", ("often", "seldom", "never"), lambda: audit.equal_rows(asking.cards("architectures")),
        lambda found: {name: whole(found[name]) for name in ("pairs", "none", "most", "rows")},
    )  # fmt: skip


def below() -> Question:
    """Whether a training accuracy can lie below the test's."""
    return _asked(speaker("audit"), "below", ("yes", "no"), lambda: audit.train_below_test(asking.cards("dropout")), lambda found: {
        "network": str(found["network"]).capitalize(), "rate": _rate(found["rate"]), "train": percent(found["train"]), "test": percent(found["test"]),
    })  # fmt: skip


# --- one run of the class --------------------------------------------------------------------------------------------


def guess(run: str, confusion: Matrix | None) -> Question:
    """How far a run will get; nothing is right before it has ended, and `confusion` of its test is there."""
    say = speaker("train")

    def answer() -> Answer:
        if confusion is None:
            return Unsettled(say("guess_waits"))
        why = say("guess_answer", accuracy=percent(metrics.accuracy(confusion)))
        return Settled(lessons.band(confusion), dict.fromkeys(lessons.BANDS, why))

    words = say("guess_run", run=run, question=say("guess"))
    return Question("guess", words, {band: say(f"guess_{band}") for band in lessons.BANDS}, answer)


QUESTIONS: dict[str, Callable[[], Question]] = {
    "convolution": convolution, "pooling": pooling, "warmup": warmup, "network": network, "learning": learning, "seeing": seeing,
    "resolution/results": protocols, "resolution/riddle": cat,
    "resolution/sweep": sizes, "resolution/training": recipes, "dropout": dropout, "splits": splits,
    "architectures/results": wins, "architectures/training": restless, "architectures/networks": most, "architectures/pictures": hard,
    "audit/matrix": equal, "audit/sixteenths": why, "audit/means": mean, "audit/columns": chance, "audit/words": below,
}  # fmt: skip
"""Where it is asked, a page and its section -> the question. A run's own question is `guess`."""


# --- how numbers are written -----------------------------------------------------------------------------------------


def _as_it_is(found: Mapping[str, Any]) -> Mapping[str, str]:
    return found


def _points(share: float) -> str:
    return f"{100 * share:.1f}"


def _rate(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:g}"
