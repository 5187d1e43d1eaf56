"""A model card as Hugging Face's Hub reads it (a README.md with a YAML head), with a second part in words for children.

Every number is computed from the run. The format: https://huggingface.co/docs/hub/model-cards
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from core.export.titles import label, title
from core.runs.snapshot import Snapshot
from core.vocabulary.metrics import class_table, macro, recall
from core.vocabulary.networks import is_own
from core.vocabulary.records import Matrix, required
from core.vocabulary.sources import source_of
from core.vocabulary.stats import wilson

ON_THE_HUB = {"mnist": "ylecun/mnist", "fashion-mnist": "zalando-datasets/fashion_mnist", "cifar10": "uoft-cs/cifar10"}
"""The name of a data set on the Hub, where it is there."""


def card_of(run: Snapshot) -> str:
    """The model card of a finished run, Markdown with its YAML head."""
    return "\n".join(["---", *_head(run), "---", "", *_for_engineers(run), *_for_children(run)]) + "\n"


def _head(run: Snapshot) -> list[str]:
    """YAML, its texts as JSON strings, which YAML reads too."""
    recipe, result = run.recipe, required(run.result)
    source, there = source_of(recipe.dataset), ON_THE_HUB.get(recipe.dataset)
    return [
        "license: mit", "library_name: pytorch", "pipeline_tag: image-classification",
        "tags: [image-classification, cnn, resolution-lab]", *([f"datasets: [{there}]"] if there else []), "metrics: [accuracy, f1]",
        "model-index:",
        f"- name: {json.dumps(title(run))}",
        "  results:",
        "  - task: {type: image-classification}",
        f"    dataset: {{name: {json.dumps(source.title)}, type: {json.dumps(there or recipe.dataset)}, split: test}}",
        "    metrics:",
        f"    - {{type: accuracy, value: {result.test_accuracy}}}",
        f"    - {{type: f1, name: macro F1, value: {macro(result.confusion).f1}}}",
    ]  # fmt: skip


# --- for engineers ----------------------------------------------------------------------------------------------------


def _for_engineers(run: Snapshot) -> list[str]:
    recipe, facts, result = run.recipe, run.facts, required(run.result)
    source = source_of(recipe.dataset)
    right = sum(row[place] for place, row in enumerate(result.confusion))
    tested = sum(map(sum, result.confusion))
    low, high = wilson(right, tested)
    channels, side, _ = facts.shape
    reduced = recipe.resolution not in (None, side)
    seen = f" The images are reduced to {recipe.resolution} x {recipe.resolution} pixels and brought back ({recipe.filter}) before they enter." if reduced else ""
    rows = [f"| {row['class']} | {row['support']:,} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} |"
            for row in class_table(result.confusion, facts.classes)]  # fmt: skip
    return [
        f"# {title(run)[0].upper()}{title(run)[1:]}", "",
        f"Run {label(run)} of Resolution Lab, a classroom app about convolutional networks: {facts.parameters:,} weights and biases, trained for "
        f"{recipe.epochs} epochs on {facts.train:,} images of {source.title} ({source.home}). {source.cite}.", "",
        f"**Input**: images, uint8 (N, {channels}, {side}, {side}), levels 0 to 255; the network itself takes (level - 127.5) / 127.5.{seen}  ",
        f"**Output**: one logit for each of {', '.join(facts.classes)}, in this order.", "",
        f"**Test accuracy {100 * result.test_accuracy:.2f}%** ({right:,} of {tested:,} test images; 95% interval {100 * low:.2f}% to "
        f"{100 * high:.2f}%, Wilson), macro F1 {macro(result.confusion).f1:.3f}, computed in {recipe.precision}. The test set was looked at once, "
        f"with the weights of epoch {result.epoch}{' (the best on the validation part)' if recipe.keep == 'best' else ''}.", "",
        "| class | images | precision | recall | F1 |", "|---|---|---|---|---|", *rows, "",
        *([f"Its layers: `{recipe.network}`; behind them one output for each class.", ""] if is_own(recipe.network) else []),
        f"Trained by {recipe.optimizer}, learning rate {recipe.learning_rate} ({recipe.schedule}), batches of {recipe.batch_size}, "
        f"loss {recipe.loss}, augmentation {recipe.augment}, seed {recipe.seed}; every value is in `recipe.json`, the way there in `train.py`.", "",
    ]  # fmt: skip


# --- for children -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mistake:
    """The most frequent one: so many images of a class were called another."""

    truth: str
    answer: str
    count: int
    of: int


def worst_mistake(matrix: Matrix, classes: tuple[str, ...]) -> Mistake | None:
    """The largest count off the diagonal; None where there is no mistake at all."""
    found = [Mistake(classes[row], classes[column], count, sum(counts)) for row, counts in enumerate(matrix)
             for column, count in enumerate(counts) if row != column and count]  # fmt: skip
    return max(found, key=lambda mistake: mistake.count, default=None)


def _for_children(run: Snapshot) -> list[str]:
    recipe, facts, result = run.recipe, run.facts, required(run.result)
    source, count = source_of(recipe.dataset), len(facts.classes)
    side = recipe.resolution or facts.shape[1]
    hits, shares = round(100 * result.test_accuracy), recall(result.confusion).tolist()
    best, weakest = shares.index(max(shares)), shares.index(min(shares))
    mistake = worst_mistake(result.confusion, facts.classes)
    mixed = (f" What it mixes up most: of {mistake.of:,} pictures of \"{mistake.truth}\" it called {mistake.count:,} \"{mistake.answer}\"."
             if mistake else " In this test it made no mistake at all.")  # fmt: skip
    return [
        "## The same in plain words", "",
        f"**What it is.** A small computer program that looks at a picture and picks one of {count} words: {', '.join(facts.classes)}.", "",
        f"**What it has seen.** {facts.train:,} pictures ({source.subject}), each only {side} × {side} dots large. With every picture somebody had "
        f"written down the right word. It looked at all of them {recipe.epochs} times. It has seen nothing else in the world.", "",
        f"**How good it is.** We asked it about {sum(map(sum, result.confusion)):,} pictures that it had never seen. About {hits} of 100 answers were right. "
        f"Somebody who only guesses gets about {round(100 / count)} of 100.", "",
        f"**What it gets wrong.** It is best at \"{facts.classes[best]}\" ({100 * shares[best]:.0f} of 100 found) and worst at "
        f"\"{facts.classes[weakest]}\" ({100 * shares[weakest]:.0f} of 100 found).{mixed}", "",
        f"**What it must not be used for.** It always says one of its {count} words, also when you show it your shoe, your face or nothing at all, and "
        "it may sound very sure. So nobody should let it decide about people, in traffic, at a doctor's, or anywhere that a wrong answer hurts somebody. "
        "It is for learning how such programs work.",
    ]  # fmt: skip
