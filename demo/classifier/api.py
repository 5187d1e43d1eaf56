"""The classifier's endpoints for programs, and what guards them. Their names, arguments and answers are stable.

A picture comes as an uploaded file (`gradio_client.handle_file`) or as text: `data:image/png;base64,...`. Nothing else is
opened: no path of this machine, no address, near or far.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from gradio.components.api_component import Api
from gradio.events import api
from gradio.route_utils import FnIndexInferError
from gradio.utils import get_upload_folder
from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.explain import gradcam
from core.images.decoding import open_image
from core.images.preprocessing import Steps
from core.inference.classifier import Answer, Classifier
from core.inference.model_registry import ModelRegistry
from core.inference.protocols import ProtocolAnswer, compare_protocols
from core.pretrained import test_images
from core.vocabulary.datasets import SOURCES
from core.vocabulary.errors import LabError
from core.vocabulary.sources import names, source_of
from demo.classifier import html as views

UPLOAD_MB = 10
"""The largest file; base64 makes four bytes of three, so a request may be half as large again."""
MOST_FILES = 2
"""In one question; the page sends a photograph."""
DATA = "data:image/"
WANTED = "expected an uploaded picture, or its bytes as data:image/png;base64,..."


class BodyLimitMiddleware:
    """An ASGI app that reads no request longer than `most` bytes. Files are limited by Gradio itself, sooner."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app, self.most = app, most
        self.sentence = f"The request is too long; expected at most {most >> 20} MB."

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses a request whose body is larger than `most` bytes with 413; passes on the others."""
        length = dict(scope.get("headers", ())).get(b"content-length", b"0")
        if length.isdigit() and int(length) > self.most:
            return await PlainTextResponse(self.sentence, 413)(scope, receive, send)
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self.most:  # sent in pieces, without a length
                raise HTTPException(413, self.sentence)
            return message

        await self.app(scope, counted, send)


class RootPathMiddleware:
    """An ASGI app that finds itself below `path`, where browsers have it, wherever a proxy and the server put it."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self.app, self.path = app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on as one below `path`."""
        if scope["type"] == "http":
            inside = scope["path"].removeprefix(scope.get("root_path", ""))
            scope = {**scope, "root_path": self.path, "path": self.path + inside}
        await self.app(scope, receive, send)


class PathGuard(gr.Blocks):
    """Blocks that look at what was sent before Gradio fetches or copies any of it, and that refuse in one sentence."""

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False) -> list[Any]:
        """The inputs as Gradio prepares them, once left out ones have their defaults and nothing refers to a file or an address that was not uploaded. gr.Error else."""
        left_out = block_fn.inputs[len(inputs) :]
        if all(isinstance(block, Api) for block in left_out):
            inputs = [*inputs, *(block.value for block in left_out)]
        if len(inputs) != len(block_fn.inputs):
            raise refusal(f"{block_fn.api_name} takes {len(block_fn.inputs)} values, not {len(inputs)}")
        files = list(files_in(inputs))
        if len(files) > MOST_FILES:  # each is decoded whole, and many may name the same upload
            raise refusal(f"{block_fn.api_name} takes {MOST_FILES} files at most, not {len(files)}")
        for file in files:
            uploaded(file)
        try:
            found: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except gr.Error:
            raise
        except Exception as error:  # a component that cannot read its value: whoever sent it is told, in one line
            raise refusal(f"{block_fn.api_name} cannot read what was sent ({type(error).__name__}); {WANTED}") from error
        return found


def tell_of_wrong_calls(app: FastAPI) -> None:
    """Gradio answers an unknown endpoint or argument with "500"; here it is one sentence."""

    async def wrong(request: Request, error: Exception) -> Response:
        if "/call/" not in request.url.path:
            raise error
        about = " ".join(str(error).split())[:200]
        return PlainTextResponse(f"There is no such endpoint, or it takes other arguments: {about}", 400)

    for kind in (FnIndexInferError, KeyError, TypeError, ValueError):
        app.add_exception_handler(kind, wrong)


def refusal(sentence: str) -> gr.Error:
    """The sentence as an error that Gradio sends to the caller and does not print here."""
    return gr.Error(" ".join(sentence.split()), duration=8, print_exception=False)


def files_in(values: Any) -> Iterator[dict[str, Any]]:
    """Everything in what was sent that names a file or an address."""
    if isinstance(values, dict):
        if {"path", "url"} & values.keys():
            yield values
        values = list(values.values())
    if isinstance(values, list):
        for value in values:
            yield from files_in(value)


def uploaded(file: dict[str, Any]) -> Path:
    """The path of a file that was uploaded. Refuses every other path and every address."""
    path = file.get("path")
    if not isinstance(path, str) or "://" in path:
        raise refusal(f"an address is not opened; {WANTED}")
    found, folder = Path(path).resolve(), Path(get_upload_folder()).resolve()
    if not found.is_relative_to(folder) or not found.is_file():
        raise refusal(f"only what was uploaded is opened; {WANTED}")
    return found


def opened(picture: Any) -> Image.Image:
    """The picture that was sent to an endpoint. LabError for what is none."""
    if isinstance(picture, dict):
        return open_image(uploaded(picture))
    if not isinstance(picture, str) or not picture.startswith(DATA):
        raise LabError(f"the picture is {str(picture)[:40]!r}; {WANTED}")
    try:
        return open_image(base64.b64decode(picture.partition(",")[2], validate=True), "the picture")
    except binascii.Error as error:
        raise LabError(f"the picture is no base64; {WANTED}") from error


def with_refusals(answer: Callable[..., Any]) -> Callable[..., Any]:
    """A mistake of the caller becomes Gradio's error, which is sent to the caller and not printed here."""

    @functools.wraps(answer)
    def answered(*args: Any, **kwargs: Any) -> Any:
        try:
            return answer(*args, **kwargs)
        except LabError as error:
            raise refusal(str(error)) from error

    return answered


def offer(registry: ModelRegistry) -> None:
    """Adds the endpoints to the Blocks that are being built."""
    def classified(picture: Any, network: str, resolution: int | None, filter: str | None, top: int | None,
              steps: Steps) -> tuple[Classifier, Answer]:  # fmt: skip
        found = registry.get(network)
        found.check(resolution, filter or found.recipe.filter, top)  # before the picture costs anything
        return found, found.classify(opened(picture), resolution, filter, top, steps)

    def networks() -> list[Any]:
        """The networks that can be asked, each with its data set and its accuracy on the test pictures (0 to 1)."""
        return listed(registry)

    def classify(picture: dict[str, Any] | str, network: str = "mnist", resolution: int | None = None, filter: str | None = None,
                 top: int | None = None, invert: str = "auto", crop: str = "auto", aspect: str = "auto",
                 centre: str = "auto", ground: str = "auto", drawing: str = "auto", thicken: str = "auto") -> dict[str, Any]:  # fmt: skip
        """The `top` most probable classes of a picture, as `python -m core classify` gives them.

        `network`: a name of `networks`, a data set, a finished run's id, or RUN@EPOCH (`known` null). `resolution`: a side in
        pixels from 4, None: all. invert, crop, centre: auto, on or off; aspect: auto, pad or crop. `known` false: not one of its classes.
        """
        return classified(picture, network, resolution, filter, top, Steps(invert, crop, aspect, centre, ground, drawing, thicken))[1].as_dict()

    def look(picture: dict[str, Any] | str, network: str = "mnist", resolution: int | None = None, filter: str | None = None,
             invert: str = "auto", crop: str = "auto", aspect: str = "auto", centre: str = "auto", ground: str = "auto",
             drawing: str = "auto", thicken: str = "auto") -> dict[str, Any]:  # fmt: skip
        """What the network sees: `seen`, the exact pixels, and the picture behind each step, as data:image/png."""
        _, found = classified(picture, network, resolution, filter, 1, Steps(invert, crop, aspect, centre, ground, drawing, thicken))
        return {"seen": views.png(found.seen.transpose(1, 2, 0)), "resolution": found.resolution, "steps": steps_of(found)}

    def strip_(picture: dict[str, Any] | str, network: str = "mnist", filter: str | None = None) -> list[Any]:
        """The picture at four resolutions through the networks of each protocol; label null: not trained yet."""
        chosen, found = classified(picture, network, None, filter, 1, Steps())
        return [dataclasses.asdict(cell) for cell in cells_of(chosen, found, registry)]

    def gradcam_(picture: dict[str, Any] | str, network: str = "mnist", resolution: int | None = None, filter: str | None = None,
                 label: str | None = None) -> dict[str, Any]:  # fmt: skip
        """Where the evidence for a class lies (Grad-CAM): `map`, 0 to 1 for each pixel that is seen, made of `cells` (rows, columns)."""
        chosen, found = classified(picture, network, resolution, filter, 1, Steps())
        name, heat = gradcam.heat(chosen, found.seen, label)
        return {"label": name, "map": heat.tolist(), "cells": gradcam.cells(chosen)}

    def sample(dataset: str = "mnist", number: int = 0) -> dict[str, Any]:
        """A test picture of a data set as data:image/png, with its true class."""
        picture, truth = sample_of(registry, dataset, number)
        return {"picture": views.png(picture), "truth": truth}
    endpoints: dict[str, Callable[..., Any]] = {
        "networks": networks, "classify": classify, "look": look, "strip": strip_, "gradcam": gradcam_, "sample": sample,
    }  # fmt: skip
    for name, answer in endpoints.items():
        api(with_refusals(answer), api_name=name)


def cells_of(network: Classifier, answer: Answer, registry: ModelRegistry) -> list[ProtocolAnswer]:
    """What each protocol's networks say about the image that was answered."""
    return compare_protocols(answer.prepared.seen, network, answer.filter, registry.get, answer.prepared.changed)


def steps_of(answer: Answer) -> list[dict[str, Any]]:
    """Each step on the way of an image into the network, whether it was taken, and the image behind it."""
    return [{"step": stage.step, "done": stage.done, "picture": views.png(stage.image)} for stage in answer.prepared.stages[1:]]


def listed(registry: ModelRegistry) -> list[dict[str, Any]]:
    """The networks of a library, plainly."""
    return [{"network": choice.name, "dataset": choice.recipe.dataset, "kind": choice.recipe.network,
             "resolution": choice.recipe.resolution, "accuracy": choice.accuracy} for choice in registry.list_models()]  # fmt: skip


def sample_of(registry: ModelRegistry, dataset: str, number: int) -> tuple[Any, str]:
    """(uint8 (H, W, C), class) of a test picture. LabError for a data set that is not here and a number that there is not.

    Without the data set there are the first few pictures, which come with the app.
    """
    if not isinstance(dataset, str):
        raise LabError(f"dataset is {str(dataset)[:40]!r}; choose one of {', '.join(names())}")
    data, whole = registry.dataset(dataset), isinstance(number, int) and not isinstance(number, bool)
    if data is None:
        if not (found := test_images.first_image(dataset, number, registry.folder) if whole and dataset in SOURCES else None):
            raise LabError(f"of {dataset} at most the first {test_images.FIRST_COUNT} test pictures are here; python -m core data {dataset} --fetch fetches all")
        return found[0], source_of(dataset).classes[found[1]]
    if not whole or not 0 <= number < data.test_size:
        raise LabError(f"number is {number!r}; expected 0 to {data.test_size - 1}, a test picture of {dataset}")
    place = data.train_size + number
    return data.images[place].permute(1, 2, 0).numpy(), data.classes[int(data.labels[place])]
