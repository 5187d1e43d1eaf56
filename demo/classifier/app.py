"""Draw it, upload it, see it through every resolution: Gradio Blocks, in the lab at /classify or alone (demo/space.py)."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when Gradio is imported
# Behind each answer Gradio sums up its last 10,000 answers with pandas, for a page that is switched off here.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "10")

import gradio as gr
from fastapi import FastAPI
from PIL import Image

from core.images.decoding import MAX_PIXELS
from core.images.preprocessing import ASPECTS, SWITCH, Steps
from core.inference.classifier import SMALLEST
from core.inference.model_registry import ModelRegistry
from core.vocabulary.recipe import FILTERS
from core.vocabulary.sources import source_of
from demo.classifier import html as views
from demo.classifier.api import (
    UPLOAD_MB,
    BodyLimitMiddleware,
    PathGuard,
    RootPathMiddleware,
    offer,
    tell_of_wrong_calls,
)
from demo.classifier.handlers import FIRST, SAMPLES, SIDE, Handlers, about_steps, about_strip
from demo.classifier.queue import BoundedQueue
from demo.classifier.routes import NO_DOCS, KnownPaths
from demo.classifier.sessions import MOST, Sessions
from demo.classifier.theme import CSS, SCRIPT, pad, theme
from demo.server.headers import GRADIO_SCRIPTS, SecurityHeaders
from demo.server.origins import OwnOrigin
from demo.server.private_folder import PrivateFolder
from demo.text import speaker

say = speaker("classifier")
PARENT = Path(os.environ["GRADIO_TEMP_DIR"]) if os.environ.get("GRADIO_TEMP_DIR") else None
"""Where whoever starts the server wants uploads to lie; each server has a folder of its own in it."""
_FOLDERS: list[PrivateFolder] = []
SWITCHED = ("ground", "drawing", "invert", "crop", "aspect", "thicken", "centre")
"""The steps that can be switched, in the order in which they are taken."""
LATER = "later"
"""The class of what is hidden while there is no picture to say anything about."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "multiple"}
"""demo/classifier/asking.js sees to it that one request is on its way at a time; Gradio neither skips nor puts off any."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which network looks at which resolution."""

    network: gr.Dropdown
    resolution: gr.Slider
    filter: gr.Dropdown


@dataclass(frozen=True, slots=True)
class Images:
    """The three ways in which an image comes, and which one counts."""

    tabs: gr.Tabs
    ask: gr.Button
    photo: gr.Image
    gallery: gr.Gallery
    about: gr.Markdown
    more: gr.Button
    page: gr.Number
    """The number of the first test image in the gallery."""

    def samples(self) -> list[Any]:
        """What a page of test images fills: the gallery, the words above it, its first number."""
        return [self.gallery, self.about, self.page]


@dataclass(frozen=True, slots=True)
class Results:
    """What the page answers, and what it says about the network."""

    said: gr.Markdown
    chances: gr.Label
    seen: gr.HTML
    strip: gr.HTML
    stages: gr.HTML
    cam: gr.HTML
    about_strip: gr.Markdown
    about_steps: gr.Markdown
    about_trust: gr.Markdown
    switches: tuple[gr.Radio, ...]

    def shown(self) -> list[Any]:
        """The places that an answer fills, in the order in which handlers return them."""
        return [self.said, self.chances, self.seen, self.strip, self.stages, self.cam]


def build(registry: ModelRegistry, home: str = "") -> gr.Blocks:
    """The Blocks. `home` is the lab's address, if there is a lab around it."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # PIL refuses from twice this, before Gradio decodes what was sent
    desk = Handlers(registry)
    waiting_seen, *waiting = views.waiting()
    blocks = PathGuard(title=say("title"), analytics_enabled=False)
    with blocks:
        gr.Markdown(f"# {say('title')}\n{say('intro')}" + (f" [{say('home')}]({home})" if home else ""), elem_id="head")
        network = gr.Dropdown(desk.networks(), value=FIRST, label=say("network"), filterable=False, elem_id="network")
        with gr.Row(equal_height=False, elem_id="desk"):
            with gr.Column(min_width=SIDE + 40):
                images = bring()
            with gr.Column(min_width=SIDE):
                said = gr.Markdown(desk.empty(FIRST, "draw"), min_height=60, elem_id="said")
                chances = gr.Label(label=say("chances"), num_top_classes=5, show_heading=False, show_label=False, elem_id="chances")
            with gr.Column(min_width=SIDE):
                gr.Markdown(f"### {say('seen')}")
                seen = gr.HTML(waiting_seen, elem_id="seen", min_height=SIDE + 40)
                settings = choose(desk, network)
        results = explain(desk, said, chances, seen, *waiting)
        answer_at_once(desk, settings, images, results, blocks)
        offer(registry)
    blocks._queue = BoundedQueue(blocks)
    blocks.state_session_capacity = MOST
    return blocks


def choose(desk: Handlers, network: gr.Dropdown) -> Settings:
    """Draws the choice of resolution and filter, directly below the picture that they change."""
    resolution = gr.Slider(SMALLEST, source_of(FIRST).side, source_of(FIRST).side, step=1, label=say("resolution"), elem_id="resolution")
    filter = gr.Dropdown(list(FILTERS), value=desk.recipe(FIRST).filter, label=say("filter"), filterable=False, elem_id="filter")
    return Settings(network, resolution, filter)


def bring() -> Images:
    """Draws the three ways in which an image comes: drawn, uploaded, chosen from the test images."""
    with gr.Tabs(selected="draw", elem_id="ways") as tabs:
        with gr.Tab(say("draw"), id="draw"):
            gr.HTML(pad(SIDE), min_height=SIDE + 60)
            ask = gr.Button(say("ask"), size="sm", elem_id="ask")
        with gr.Tab(say("upload"), id="upload"):
            photo = gr.Image(label=say("photo"), type="filepath", image_mode=None, format="png", sources=["upload", "clipboard"],
                             height=SIDE + 60, buttons=[], elem_id="photo")  # fmt: skip
            photo.preprocess = as_it_came  # type: ignore[method-assign, assignment]  # a path comes out, and no decoded image
        with gr.Tab(say("samples"), id="samples"):
            about = gr.Markdown(say("sample_gallery"))
            gallery = gr.Gallery(columns=3, allow_preview=False, show_label=False, format="png", buttons=[],
                                 elem_id="samples")  # fmt: skip
            more = gr.Button(say("more_samples"), min_width=120, elem_id="more")
    return Images(tabs, ask, photo, gallery, about, more, gr.Number(0, precision=0, visible=False))


def as_it_came(file: Any) -> str | None:
    """The path of what was uploaded: core/images/decoding.py opens it and has a sentence for what it cannot open."""
    return file.path if file else None


def explain(desk: Handlers, said: gr.Markdown, chances: gr.Label, seen: gr.HTML, *waiting: str) -> Results:
    """What stands below the image and the answer; `waiting`: what its three places show before there is an image."""
    in_strip, in_steps, in_cam = waiting
    with gr.Column(elem_classes=LATER):
        gr.Markdown(f"### {say('strip')}")
        of_strip = gr.Markdown(about_strip(desk.recipe(FIRST)))
        strip = gr.HTML(in_strip, elem_id="strip")
    with drawer("cam", LATER):
        cam = gr.HTML(in_cam, elem_id="cam")
    with drawer("steps", LATER):
        of_steps = gr.Markdown(about_steps(desk.recipe(FIRST)))
        stages = gr.HTML(in_steps, elem_id="stages")
        with gr.Row():
            shown = {
                step: gr.Radio(list(ASPECTS if step == "aspect" else SWITCH), value="auto", label=say(f"switch_{step}"), min_width=200,
                               elem_id=f"switch-{step}")
                for step in SWITCHED
            }  # fmt: skip
            switches = tuple(shown[field.name] for field in fields(Steps))
    with drawer("trust"):
        of_trust = gr.Markdown(elem_id="trust")
    with drawer("api"):
        gr.Markdown(say("api_text"))
    return Results(said, chances, seen, strip, stages, cam, of_strip, of_steps, of_trust, switches)


def drawer(key: str, classes: str = "") -> gr.Accordion:
    """A closed drawer with the heading `key`: what not everybody needs stays below the answer, one tap away."""
    return gr.Accordion(say(key), open=False, elem_id=f"drawer-{key}", elem_classes=classes or None)


def answer_at_once(desk: Handlers, settings: Settings, images: Images, results: Results, blocks: gr.Blocks) -> None:
    """A stroke, a moved slider, another image: each is answered without being asked.

    Controls only tell the page's script what is wanted; it presses the hidden buttons, one at a time.
    """
    settled = (settings.resolution.input, settings.filter.input, *(switch.input for switch in results.switches))
    for event in (images.ask.click, *settled):
        event(None, None, None, js="() => lab.want('answer')", **QUIET)
    shown = results.shown()
    for event in (images.photo.change, images.gallery.select, *(tab.select for tab in images.tabs.children if isinstance(tab, gr.Tab))):
        event(None, None, shown, js=blanked("lab.want('answer')"), **QUIET)
    images.more.click(None, None, shown, js=blanked("lab.want('page', 'answer')"), **QUIET)
    settings.network.input(None, None, shown, js=blanked("lab.fresh(); lab.want('choose', 'answer')"), **QUIET)

    about = [results.about_strip, results.about_steps, results.about_trust]
    source, packet = gr.Textbox(visible=False), gr.Textbox(visible=False)
    wished = gr.Textbox(visible=False)
    asked_for("open", desk.opened, wished, [settings.network, results.about_trust, *images.samples()], js="() => lab.wished()")
    asked_for("page", lambda network, page: desk.samples(network, int(page) + SAMPLES), [settings.network, images.page],
              images.samples(), brought="lab.unchosen()")  # fmt: skip
    asked_for("choose", desk.chosen, [settings.network, source],
              [settings.resolution, settings.filter, *about, images.tabs, *images.samples(), *results.switches],
              js="(network, _) => [network, lab.way()]", brought="lab.unchosen()")  # fmt: skip
    number, drawing, sample = gr.Number(visible=False), gr.Textbox(visible=False), gr.Number(visible=False)
    pressed = hidden("answer").click(
        desk.numbered, [number, source, drawing, sample, settings.network, settings.resolution, settings.filter, images.photo,
                        images.page, *results.switches], packet, js="lab.numbered", **QUIET)  # fmt: skip
    pressed.success(None, packet, shown, js="packet => lab.newest(packet)", **QUIET)
    pressed.failure(None, None, None, js="() => lab.done()", **QUIET)
    blocks.load(None, None, None, js=SCRIPT, api_visibility="private")


def blanked(then: str) -> str:
    """JavaScript for another image, way or network: what was said of the one before goes, and an answer on its way counts no more."""
    return f"() => {{ lab.forget(); {then}; return {json.dumps(['', {}, *views.waiting()])} }}"


def hidden(kind: str) -> gr.Button:
    """What the page's script presses to ask for something."""
    return gr.Button(elem_id=f"do-{kind}", visible="hidden")


def asked_for(kind: str, function: Any, inputs: Any, outputs: Any, js: str | None = None, brought: str = "") -> None:
    """A hidden button that calls `function`; afterwards the page's script runs `brought` and may ask the next thing."""
    pressed = hidden(kind).click(function, inputs, outputs, js=js, **QUIET)
    pressed.success(None, None, None, js=f"() => {{ {brought}; lab.done() }}", **QUIET)
    pressed.failure(None, None, None, js="() => lab.done()", **QUIET)


def upload_folder() -> PrivateFolder:
    """The folder for what visitors send, below $GRADIO_TEMP_DIR if that is set; Gradio knows one for a process."""
    known = _FOLDERS[-1] if _FOLDERS else None
    if known is None or not known.path.exists():
        known = PrivateFolder(PARENT or Path(tempfile.gettempdir()))
        _FOLDERS[:] = [known]
        os.environ["GRADIO_TEMP_DIR"] = str(known.path)  # read when a component is made and when a file comes
    return known


def mounted(root_path: str, home: str, registry: ModelRegistry) -> tuple[FastAPI, asyncio.Event]:
    """The Blocks as an ASGI app that browsers find at `root_path`, and the event that ends its streams.

    What visitors send lies in a folder of this process alone, which is gone when the app's lifespan ends.
    """
    folder = upload_folder()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with folder.kept_clean():
            yield

    outside = FastAPI(lifespan=lifespan, **NO_DOCS)
    outside.add_middleware(BodyLimitMiddleware, most=UPLOAD_MB * 3 // 2 << 20)
    outside.add_middleware(KnownPaths)
    outside.add_middleware(OwnOrigin)
    outside.add_middleware(RootPathMiddleware, path=root_path)
    outside.add_middleware(SecurityHeaders, scripts=GRADIO_SCRIPTS)
    app = gr.mount_gradio_app(
        outside, build(registry, home), path="/", root_path=root_path, theme=theme(), css=CSS, footer_links=[], app_kwargs={**NO_DOCS},
        run_history=False, max_file_size=f"{UPLOAD_MB}mb", ssr_mode=False, mcp_server=False, enable_monitoring=False, pwa=False,
    )  # fmt: skip
    inside = app.router.routes[-1].app
    inside.state_holder = Sessions()  # type: ignore[no-untyped-call]  # Gradio's own constructor has no annotations
    inside.state_holder.set_blocks(inside.get_blocks())
    tell_of_wrong_calls(inside)
    return app, inside.stop_event
