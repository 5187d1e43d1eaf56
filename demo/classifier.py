"""Draw it, upload it, see it through every resolution: Gradio Blocks, in the lab at /classify or alone (demo/space.py)."""

from __future__ import annotations

import asyncio
import os
import tempfile
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when Gradio is imported
# Behind each answer Gradio sums up its last 10,000 answers with pandas, for a page that is switched off here.
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000000")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "10")
# Uploads would lie in /tmp/gradio, which belongs to whoever of this machine's users came first.
os.environ.setdefault("GRADIO_TEMP_DIR", os.path.join(tempfile.gettempdir(), f"resolution-lab-{getattr(os, 'getuid', str)()}"))

import gradio as gr
from fastapi import FastAPI
from PIL import Image

from core.classify import SMALLEST
from core.library import Library
from core.pictures_in import MAX_PIXELS
from core.preprocessing import ASPECTS, SWITCH
from core.recipe import FILTERS, SIDES
from core.runs import runs_folder
from core.sources import data_folder
from demo import classifier_views as views
from demo.classifier_api import UPLOAD_MB, Guarded, Limit, Placed, offer, tell_of_wrong_calls
from demo.classifier_desk import SAMPLES, SIDE, Desk, about_steps, about_strip, blank
from demo.classifier_look import ASK_AFTER_A_STROKE, CSS, theme
from demo.text import speaker

say = speaker("classifier")
FIRST = "mnist"
"""What is chosen when the page is opened."""
BRUSH = 14
"""The brush's radius; thinner strokes vanish in 8x8 pixels."""
SESSIONS = 200
"""So many visitors' states are kept; Gradio would keep 10,000, one for each request of a program too."""
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
LATEST: dict[str, Any] = {**QUIET, "trigger_mode": "always_last"}
"""Of many moves of a slider the last one counts."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which network looks at which resolution."""

    network: gr.Dropdown
    resolution: gr.Slider
    filter: gr.Dropdown


@dataclass(frozen=True, slots=True)
class Pictures:
    """The three ways in which a picture comes, and which one counts."""

    tabs: gr.Tabs
    pad: gr.Sketchpad
    clear: gr.Button
    ask: gr.Button
    photo: gr.Image
    gallery: gr.Gallery
    about: gr.Markdown
    more: gr.Button
    source: gr.State
    page: gr.State
    sample: gr.State

    def samples(self) -> list[Any]:
        return [self.gallery, self.about, self.page, self.sample]


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
        return [self.said, self.chances, self.seen, self.strip, self.stages, self.cam]


def build(library: Library | None = None, home: str = "") -> gr.Blocks:
    """The Blocks. `home` is the lab's address, if there is a lab around it."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # PIL refuses from twice this, before Gradio decodes what was sent
    library = library or Library(data=data_folder(), runs=runs_folder())
    desk = Desk(library)
    waiting_seen, *waiting = views.waiting()
    with Guarded(title=say("title"), analytics_enabled=False, delete_cache=(600, 3600)) as blocks:
        gr.Markdown(f"# {say('title')}\n{say('intro')}" + (f" [{say('home')}]({home})" if home else ""), elem_id="head")
        settings = choose(desk)
        with gr.Row(equal_height=False):
            with gr.Column(min_width=SIDE + 40):
                pictures = bring()
            with gr.Column(min_width=SIDE):
                gr.Markdown(f"### {say('seen')}")
                seen = gr.HTML(waiting_seen, elem_id="seen", min_height=SIDE + 40)
            with gr.Column(min_width=SIDE):
                said = gr.Markdown(desk.empty(FIRST, "draw"), min_height=60, elem_id="said")
                chances = gr.Label(label=say("chances"), num_top_classes=5, show_heading=False, elem_id="chances")
        results = explain(desk, said, chances, seen, *waiting)
        answer_at_once(desk, settings, pictures, results, blocks)
        offer(library)
    blocks.state_session_capacity = SESSIONS
    return blocks


def choose(desk: Desk) -> Settings:
    with gr.Row():
        network = gr.Dropdown(desk.networks(), value=FIRST, label=say("network"), filterable=False,
                              scale=2, min_width=280, elem_id="network")  # fmt: skip
        resolution = gr.Slider(SMALLEST, SIDES[FIRST], SIDES[FIRST], step=1, label=say("resolution"), scale=2,
                               min_width=280, elem_id="resolution")  # fmt: skip
        filter = gr.Dropdown(list(FILTERS), value=desk.recipe(FIRST).filter, label=say("filter"), filterable=False, elem_id="filter")
    return Settings(network, resolution, filter)


def bring() -> Pictures:
    with gr.Tabs(selected="draw", elem_id="ways") as tabs:
        with gr.Tab(say("draw"), id="draw"):
            pad = sketchpad()
            with gr.Row():
                clear = gr.Button(say("clear"), min_width=120, elem_id="clear")
                ask = gr.Button(say("ask"), variant="primary", min_width=120, elem_id="ask")
        with gr.Tab(say("upload"), id="upload"):
            photo = gr.Image(label=say("photo"), type="filepath", image_mode=None, format="png", sources=["upload", "clipboard"],
                             height=SIDE + 60, buttons=[], elem_id="photo")  # fmt: skip
        with gr.Tab(say("samples"), id="samples"):
            about = gr.Markdown(say("sample_gallery"))
            gallery = gr.Gallery(columns=3, allow_preview=False, show_label=False, format="png", buttons=[],
                                 elem_id="samples")  # fmt: skip
            more = gr.Button(say("more_samples"), min_width=120, elem_id="more")
    states = gr.State("draw"), gr.State(0), gr.State(None)
    return Pictures(tabs, pad, clear, ask, photo, gallery, about, more, *states)


def explain(desk: Desk, said: gr.Markdown, chances: gr.Label, seen: gr.HTML, *waiting: str) -> Results:
    """What stands below the picture and the answer; `waiting`: what its three places show before there is a picture."""
    in_strip, in_steps, in_cam = waiting
    gr.Markdown(f"### {say('strip')}")
    of_strip = gr.Markdown(about_strip(desk.recipe(FIRST)))
    strip = gr.HTML(in_strip, elem_id="strip")
    gr.Markdown(f"### {say('steps')}")
    of_steps = gr.Markdown(about_steps(desk.recipe(FIRST)))
    with gr.Row():
        switches = tuple(
            gr.Radio(list(ASPECTS if step == "aspect" else SWITCH), value="auto", label=say(f"switch_{step}"), min_width=200,
                     elem_id=f"switch-{step}")
            for step in ("invert", "crop", "aspect", "centre")
        )  # fmt: skip
    stages = gr.HTML(in_steps, elem_id="stages")
    with gr.Row(equal_height=False):
        with gr.Column(min_width=SIDE):
            gr.Markdown(f"### {say('cam')}")
            cam = gr.HTML(in_cam, elem_id="cam")
        with gr.Column(min_width=SIDE):
            gr.Markdown(f"### {say('trust')}")
            of_trust = gr.Markdown(elem_id="trust")
            gr.Markdown(f"### {say('api')}\n{say('api_text')}")
    return Results(said, chances, seen, strip, stages, cam, of_strip, of_steps, of_trust, switches)


def answer_at_once(desk: Desk, settings: Settings, pictures: Pictures, results: Results, blocks: gr.Blocks) -> None:
    """A stroke, a moved slider, another picture: each is answered without being asked."""
    inputs = [settings.network, settings.resolution, settings.filter, pictures.source, pictures.pad, pictures.photo, pictures.sample,
              *results.switches]  # fmt: skip
    shown = results.shown()

    def then_answer(event: Any) -> None:
        event.then(desk.answer, inputs, shown, **QUIET)

    pictures.ask.click(desk.answer, inputs, shown, **LATEST)
    for slow in (pictures.photo.change, settings.resolution.input, settings.filter.input, *(s.input for s in results.switches)):
        slow(desk.answer, inputs, shown, **LATEST)
    then_answer(pictures.clear.click(blank, None, pictures.pad, **QUIET))
    for tab, name in zip(pictures.tabs.children, ("draw", "upload", "samples"), strict=True):
        then_answer(tab.select(lambda name=name: name, None, pictures.source, **QUIET))
    then_answer(pictures.gallery.select(number_of, pictures.page, pictures.sample, **QUIET))
    pictures.more.click(lambda network, page: desk.samples(network, page + SAMPLES), [settings.network, pictures.page],
                        pictures.samples(), **QUIET)  # fmt: skip
    about = [results.about_strip, results.about_steps, results.about_trust]
    then_answer(settings.network.input(
        desk.chosen, [settings.network, pictures.source],
        [settings.resolution, settings.filter, *about, pictures.tabs, pictures.source, *pictures.samples(),
         *results.switches], **QUIET))  # fmt: skip
    blocks.load(None, None, None, js=ASK_AFTER_A_STROKE, api_visibility="private")
    blocks.load(desk.opened, settings.network, [settings.network, results.about_trust, *pictures.samples()], **QUIET)


def number_of(page: int, chosen: gr.SelectData) -> int:
    """The number of the test picture that was clicked."""
    return page + int(chosen.index)


def sketchpad() -> gr.Sketchpad:
    """A canvas that can be drawn on at once."""
    return gr.Sketchpad(
        blank(), show_label=False, type="pil", image_mode="RGB", format="png", elem_id="pad", height=SIDE + 60,
        canvas_size=(SIDE, SIDE), fixed_canvas=True, layers=False, transforms=(), buttons=[],
        brush=gr.Brush(default_size=BRUSH, colors=["#000000"], color_mode="fixed"), eraser=gr.Eraser(default_size=BRUSH),
    )  # fmt: skip


def mounted(root_path: str, home: str, library: Library | None = None) -> tuple[FastAPI, asyncio.Event]:
    """The Blocks as an ASGI app that browsers find at `root_path`, and the event that ends its streams."""
    outside = FastAPI()
    outside.add_middleware(Limit, most=UPLOAD_MB * 3 // 2 << 20)
    outside.add_middleware(Placed, path=root_path)
    app = gr.mount_gradio_app(
        outside, build(library, home), path="/", root_path=root_path, theme=theme(), css=CSS, footer_links=[],
        run_history=False, max_file_size=f"{UPLOAD_MB}mb", ssr_mode=False, mcp_server=False, enable_monitoring=False, pwa=False,
    )  # fmt: skip
    inside = app.router.routes[-1].app
    tell_of_wrong_calls(inside)
    return app, inside.stop_event

