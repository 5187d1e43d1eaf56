"""What happens on the classifier's page: values of its controls in, what is shown out. Knows Gradio only to say what changes."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from core.explain import gradcam
from core.images.decoding import Bytes, open_image
from core.images.own.intake import on_square
from core.images.preprocessing import Steps
from core.inference.classifier import Answer, Classifier
from core.inference.model_registry import Choice, ModelRegistry
from core.inference.protocols import compare_protocols
from core.studies import resolution
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from core.vocabulary.recipe import Recipe, preset
from core.vocabulary.sources import is_own, names, source_of
from demo.classifier import html as views
from demo.classifier.api import opened, sample_of
from demo.text import plain, speaker

say = speaker("classifier")
FIRST = "mnist"
"""What is chosen when the page is opened."""
SIDE = 280
"""The canvas, in pixels."""
SAMPLES = 12
"""Images in the gallery at a time."""
THUMB = 96
TOP = 5
Shown = tuple[str, dict[str, float] | None, str, str, str, str]
"""Said, chances, and as HTML: seen, strip, stages, where it looked."""


class Handlers:
    """The functions behind the page's events; each visitor's choices come in as arguments."""

    def __init__(self, registry: ModelRegistry) -> None:
        self.registry = registry

    # --- what can be chosen --------------------------------------------------------------------------------------

    def networks(self) -> list[tuple[str, str]]:
        """(shown, value) of the chooser: this machine's own runs, then digits, clothes and photographs, in each group the
        networks of the data sets before the others."""
        choices = self.registry.list_models()
        first = {choice.first_for: choice for choice in choices if choice.first_for}
        own = [(_of_network(choice), choice.name) for choice in choices if not choice.first_for and not choice.pretrained]
        grouped: list[tuple[str, str]] = []
        for group in dict.fromkeys(map(_group, SOURCES)):
            members = [dataset for dataset in SOURCES if _group(dataset) == group]
            grouped += [(_of_dataset(dataset, first.get(dataset)), dataset) for dataset in members]
            grouped += [(_of_network(choice), choice.name) for choice in choices
                        if choice.pretrained and not choice.first_for and choice.recipe.dataset in members]  # fmt: skip
        return own + grouped

    def recipe(self, name: str) -> Recipe:
        """The recipe of a network; for a data set without one, what its network would be."""
        try:
            return self.registry.recipe(name)
        except LabError:
            return preset("fast", name if name in names() else "mnist")

    def opened(self, wished: str) -> tuple[Any, ...]:
        """The page is opened: the chooser as it is now, and its network loaded before the first stroke.

        `wished`: the network that the address names, which may be one epoch of a run; "" and one that is not here: the first.
        """
        listed, name = self.networks(), self._wished(wished)
        if name not in {value for _, value in listed}:
            listed = [(say("network_epoch", name=name, dataset=source_of(self.recipe(name).dataset).title), name), *listed]
        return gr.update(choices=listed, value=name), self.about_trust(name), *self.samples(name, 0)

    def _wished(self, name: str) -> str:
        try:
            self.registry.recipe(name)
        except LabError:
            return FIRST
        return name

    def chosen(self, name: str, source: str) -> tuple[Any, ...]:
        """Another network is chosen: its resolutions, filter and texts, every switch back; another way in which its images come
        only where it takes no drawing, for one that was chosen meanwhile stays."""
        recipe = self.recipe(name)
        side, drawable = source_of(recipe.dataset).side, source_of(recipe.dataset).form.grey
        way = gr.update() if drawable or source != "draw" else gr.update(selected="samples")
        return (
            gr.update(maximum=side, value=side), gr.update(value=recipe.filter), about_strip(recipe), about_steps(recipe),
            self.about_trust(name), way,
            *self.samples(name, 0), *["auto"] * len(fields(Steps)),
        )  # fmt: skip

    def samples(self, name: str, first: int) -> tuple[list[Image.Image], str, int]:
        """The gallery from test image `first` on, without their classes; what is to be said of it; where it begins."""
        dataset = self.recipe(name).dataset
        try:
            found = [sample_of(self.registry, dataset, first + number) for number in range(SAMPLES)]
        except LabError:
            if first:  # behind the last one stands the first
                return self.samples(name, 0)
            return [], say("samples_missing", **_fetched(dataset)), 0
        here = self.registry.dataset(dataset) is not None
        about = say("sample_gallery") if here else say("samples_few", count=SAMPLES, **_fetched(dataset))
        return [_enlarged(image) for image, _ in found], about, first

    # --- what is answered ----------------------------------------------------------------------------------------

    def numbered(self, number: float, source: str, drawing: str, sample: float | None, name: str, side: int, filter: str,
                 photo: str | None, page: float, *switches: str) -> str:  # fmt: skip
        """JSON of the `answer` to a request with the request's number: `shown` as the page's components take it.

        `sample`: which one of the gallery is chosen, which begins with test image `page`.
        """
        chosen = None if sample is None else int(page) + int(sample)
        said, chances, *rest = self.answer(name, side, filter, source, drawing, photo, chosen, *switches)
        return json.dumps({"number": number, "shown": [said, _bars(chances), *rest]})

    def answer(self, name: str, side: int, filter: str, source: str, drawing: str, photo: str | None,
               sample: int | None, *switches: str) -> Shown:  # fmt: skip
        """Everything that is shown about the image that is on the desk now. `drawing`: data:image/png, empty when none."""
        try:
            network = self.registry.get(name)
            image, truth = self._image(network, source, drawing, photo, sample)
            if image is None:
                return self.empty(name, source), None, *views.waiting()
            steps = on_square(network.recipe.dataset, Steps(*switches)) if source == "draw" else Steps(*switches)
            found = network.classify(image, int(side), filter, steps=steps)
        except LabError as error:
            return f"**{plain(error)}**", None, *views.waiting()
        cells = compare_protocols(found.prepared.seen, network, found.filter, self.registry.get, found.prepared.changed)
        drawn = source == "upload" and source_of(network.recipe.dataset).form.drawn
        return (_said(found, truth) + (f"\n\n{say('look_first')}" if drawn else ""), dict(found.top[:TOP]), views.seen(found), views.strip(cells, network, found),
                views.stages(found.prepared.stages), _looked(network, found))  # fmt: skip

    def _image(self, network: Classifier, source: str, drawing: str, photo: str | None,
                 sample: int | None) -> tuple[Image.Image | Bytes | None, str]:  # fmt: skip
        """The image, None when there is none yet, and its true class where that is known."""
        if source == "samples" and sample is not None:
            return sample_of(self.registry, network.recipe.dataset, sample)
        if source == "upload" and photo:
            return open_image(Path(photo)), ""
        drawn = opened(drawing) if source == "draw" and drawing else None
        return (None if drawn is None or is_blank(drawn) else drawn), ""

    def empty(self, name: str, source: str) -> str:
        """What to do first."""
        dataset = self.recipe(name).dataset
        kind = "own" if is_own(dataset) else dataset
        thing = say(f"thing_{kind}")
        return say(f"empty_{source}", thing=thing, classes=", ".join(source_of(dataset).classes))

    def about_trust(self, name: str) -> str:
        """How "not one of my classes" is decided for a network."""
        try:
            network = self.registry.get(name)
        except LabError:
            return say("trust_missing")
        trust = network.trust
        if trust is None:
            return say("trust_missing")
        shares = [say("trust_share", share=_share(share), dataset=source_of(other).title) for other, share in trust.refused.items()]
        text = say("trust_text", pictures=f"{trust.images:,}", part=say(f"trust_part_{trust.part}"), threshold=f"{trust.threshold(network.shape[1]):.2f}")
        drawn = " " + say("trust_drawn", drawings=f"{trust.drawings:,}", lead=f"{trust.lead:.1f}") if trust.drawings else ""
        return text + drawn + (" " + say("trust_refused", shares=", ".join(shares)) if shares else "")


def _fetched(dataset: str) -> dict[str, str]:
    return {"dataset": source_of(dataset).title, "name": dataset}


def about_strip(recipe: Recipe) -> str:
    """The introduction of the comparison at four resolutions, for the data set of the recipe."""
    return say("strip_intro" if recipe.dataset in resolution.SIDES else "strip_intro_chosen")


def about_steps(recipe: Recipe) -> str:
    """The introduction of the preprocessing steps, for the data set of the recipe."""
    return say("steps_intro", dataset=source_of(recipe.dataset).title, recipe=_way_of(recipe.dataset))


def _way_of(dataset: str) -> str:
    """How the images of a data set were made."""
    source = source_of(dataset)
    if not is_own(dataset):
        return say(f"recipe_{dataset}")
    box, side = source.form.box, source.side
    return say("recipe_own_drawn", box=f"{box} × {box}", side=f"{side} × {side}") if source.form.drawn else say("recipe_own")


def _said(found: Answer, truth: str) -> str:
    label, probability = found.top[0]
    text = say("unknown" if found.known is False else "looks", label=label, probability=f"{probability:.1%}")
    return text + (" " + say("truth", truth=truth) if truth else "")


def _looked(network: Classifier, found: Answer) -> str:
    try:
        return views.looked(found, *gradcam.heat(network, found.seen, found.top[0][0]), gradcam.cells(network))
    except LabError:
        return say("cam_none")


def _group(dataset: str) -> str:
    """What its pictures are, as a key of the texts."""
    form = source_of(dataset).form
    return "group_drawn" if form.drawn else "group_grey" if form.grey else "group_colour"


def _of_dataset(dataset: str, choice: Choice | None) -> str:
    title = source_of(dataset).title
    if choice is None:
        return say("network_missing", group=say(_group(dataset)), dataset=title)
    return say("network_first", group=say(_group(dataset)), dataset=title, name=choice.name, accuracy=_share(choice.accuracy))


def _of_network(choice: Choice) -> str:
    return say("network_other" if choice.pretrained else "network_run", name=choice.name, group=say(_group(choice.recipe.dataset)),
               dataset=source_of(choice.recipe.dataset).title, accuracy=_share(choice.accuracy))  # fmt: skip


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _enlarged(image: Bytes) -> Image.Image:
    pil = Image.fromarray(image.squeeze(2) if image.shape[2] == 1 else image)
    return pil.resize((THUMB, THUMB), Image.Resampling.NEAREST)


def _bars(chances: dict[str, float] | None) -> dict[str, Any]:
    """Probabilities, the largest first, as Gradio's label takes them in the browser."""
    if chances is None:
        return {}
    listed = [{"label": label, "confidence": chance} for label, chance in chances.items()]
    return {"label": listed[0]["label"], "confidences": listed}


def is_blank(drawing: Image.Image) -> bool:
    """Whether all of it has one colour."""
    return drawing.convert("RGB").getcolors(1) is not None
