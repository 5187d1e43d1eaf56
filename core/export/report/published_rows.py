"""What the course report and the papers print of a recipe: found by the studies' plans."""

from __future__ import annotations

from core.pretrained.cards import identity
from core.studies import architectures, resolution
from core.studies.architectures_comparison import PAPER_SETS, PAPER_TITLES, TITLES
from core.studies.published import kannojia, published, report_score
from core.vocabulary.recipe import Recipe


def published_accuracies(recipe: Recipe) -> list[tuple[str, float]]:
    """(source, test accuracy 0 to 1) of each published number that a run of this recipe stands beside; often none."""
    own = identity(recipe)
    found: list[tuple[str, float]] = []
    for name, planned in resolution.plan().items():
        if identity(planned.recipe.changed(seed=recipe.seed)) == own:
            found += _of_resolution(name, recipe)
    for name, planned in architectures.plan().items():
        if identity(planned.recipe.changed(seed=recipe.seed)) == own:
            found += _of_architecture(name)
    return list(dict.fromkeys(found))


def _of_resolution(name: str, recipe: Recipe) -> list[tuple[str, float]]:
    dataset, side = recipe.dataset, recipe.resolution or resolution.SIDES[recipe.dataset][0]
    if name != resolution.name_of(dataset, "tvtv", side):
        return []
    report = report_score("tvtv", "accuracy", side) if dataset == "cifar10" else None
    paper = kannojia(dataset, "tvtv", side)
    return ([("the course report", report)] if report is not None else []) + ([("Kannojia and Jaiswal 2018", paper[0])] if paper else [])


def _of_architecture(name: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    for short, title in TITLES.items():
        printed = published()["report"]["architectures"]["headline_percent"].get(title)
        if name == f"fashion-{short}" and printed:
            found.append(("the course report (best test accuracy)", printed["best_test"] / 100))
    for prefix, printed_set in PAPER_SETS.values():
        for short, title in PAPER_TITLES.items():
            if name == f"{prefix}-{short}":
                found.append(("Kadam 2020", published()["kadam"]["accuracy_percent_train_test"][printed_set][title][1] / 100))
    return found
