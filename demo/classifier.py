"""Draw a digit, see what a small network makes of it: Gradio Blocks, in the lab at /classify or alone.

`python -m demo.classifier` launches it alone.
"""

from __future__ import annotations

import asyncio
import functools
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when Gradio is imported

import gradio as gr
import numpy as np
from fastapi import FastAPI
from PIL import Image

from core.classify import PRETRAINED, Classifier
from core.errors import LabError
from core.pictures_in import MAX_PIXELS, Bytes

SIDE = 280
"""The canvas, in pixels."""
BRUSH = 14
"""The brush's radius; thinner strokes vanish in 8x8 pixels."""
TITLE = "Draw a digit"
INTRO = "Draw one digit, 0 to 9, large. After each stroke a small network says what it sees."
EMPTY = "*Nothing drawn yet: the white square is yours.*"
FONTS = ("system-ui", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif")
CSS = """
.gradio-container {max-width: 860px !important; margin: 0 auto !important}
#seen img {image-rendering: pixelated}
#chances {min-height: 175px}
#pad .top-panel, #pad .toolbar-wrap {display: none}
"""
"""The brush is the only tool, and it is chosen."""
ACCENT = gr.themes.Color(
    "#eef6f8",
    "#d6e9ef",
    "#add3df",
    "#7cc7de",
    "#4ba3bd",
    "#2080a0",
    "#0f6b85",
    "#0b5f78",
    "#094b5f",
    "#073947",
    "#052831",
)
"""The accent of .streamlit/config.toml, from pale to deep."""


ASK_AFTER_A_STROKE = """
() => {
  let drawing = false
  const pad = document.querySelector("#pad")
  pad.addEventListener("pointerdown", event => { drawing = event.target.tagName === "CANVAS" }, true)
  window.addEventListener("pointerup", () => {
    if (drawing) setTimeout(() => document.querySelector("#ask").click(), 100)
    drawing = false
  }, true)
}
"""
"""The pad's own change event swallows the first stroke of a page and sends three pictures for every movement."""


def theme() -> gr.themes.Base:
    """The lab's colours in both modes; no font comes from a network."""
    base = gr.themes.Base(
        primary_hue=ACCENT, neutral_hue="slate", text_size="lg", font=FONTS, font_mono=("monospace",)
    )
    return base.set(
        body_background_fill="#ffffff", body_background_fill_dark="#0e1216",
        body_text_color="#1c2a33", body_text_color_dark="#e6ebee",
        block_background_fill="#f3f6f8", block_background_fill_dark="#1a2127",
        block_label_background_fill="#f3f6f8", block_label_background_fill_dark="#1a2127",
        block_label_text_color="#1c2a33", block_label_text_color_dark="#e6ebee",
        border_color_primary="#c9d3d9", border_color_primary_dark="#3d4951",
        button_primary_background_fill="#0f6b85", button_primary_background_fill_dark="#2080a0",
        button_primary_background_fill_hover="#0b5f78", button_primary_background_fill_hover_dark="#0f6b85",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#1a2127",
        button_secondary_border_color="#c9d3d9", button_secondary_border_color_dark="#3d4951",
        button_border_width="1px", link_text_color="#0b5f78", link_text_color_dark="#7cc7de",
    )  # fmt: skip


def build(folder: Path = PRETRAINED, home: str = "") -> gr.Blocks:
    """The Blocks. `folder` holds digits.safetensors and its card; `home` is the lab's address, if there is a lab."""
    Image.MAX_IMAGE_PIXELS = (
        MAX_PIXELS // 2
    )  # PIL refuses from twice this, before Gradio decodes what was sent
    network = functools.cache(lambda: Classifier.load("digits", folder))

    def answer(drawing: dict[str, Any] | None) -> tuple[dict[str, float] | None, Bytes | None, str]:
        if drawing is None or drawing["composite"] is None or is_blank(drawing["composite"]):
            return None, None, EMPTY
        try:
            found = network().classify(drawing["composite"])
        except LabError as error:
            return None, None, f"**{error}**"
        label, probability = found.top[0]
        return dict(found.top), enlarged(found.seen), f"This looks like **{label}**, {probability:.1%} sure."

    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(600, 3600)) as blocks:
        gr.Markdown(f"# {TITLE}\n{INTRO}" + (f" [Back to the lab]({home})" if home else ""))
        with gr.Row():
            with gr.Column(min_width=SIDE + 40):
                pad = sketchpad()
                with gr.Row():
                    clear = gr.Button("Clear", min_width=120, elem_id="clear")
                    ask = gr.Button("What is it?", variant="primary", min_width=120, elem_id="ask")
            with gr.Column(min_width=SIDE):
                said = gr.Markdown(EMPTY, min_height=32, elem_id="said")
                label = gr.Label(
                    label="Probabilities", num_top_classes=3, show_heading=False, elem_id="chances"
                )
                gr.Markdown("What the network sees: 8 x 8 pixels")
                seen = gr.Image(show_label=False, image_mode="L", format="png", interactive=False, height=240, buttons=[],
                                elem_id="seen")  # fmt: skip
        outputs = [label, seen, said]
        ask.click(
            answer, pad, outputs, api_name="classify", trigger_mode="always_last", show_progress="hidden"
        )
        clear.click(lambda: (blank(), None, None, EMPTY), None, [pad, *outputs], api_visibility="private",
                    show_progress="hidden")  # fmt: skip
        blocks.load(None, None, None, js=ASK_AFTER_A_STROKE, api_visibility="private")
        # The first stroke should not wait for PyTorch.
        blocks.load(lambda: warm(network), None, None, api_visibility="private", show_progress="hidden")
    return blocks


def sketchpad() -> gr.Sketchpad:
    """A canvas that can be drawn on at once, and nothing else."""
    return gr.Sketchpad(
        blank(), label="Your drawing", type="pil", image_mode="RGB", format="png", elem_id="pad", height=SIDE + 60,
        canvas_size=(SIDE, SIDE), fixed_canvas=True, layers=False, transforms=(), buttons=[],
        brush=gr.Brush(default_size=BRUSH, colors=["#000000"], color_mode="fixed"),
    )  # fmt: skip


def warm(network: functools._lru_cache_wrapper[Classifier]) -> None:
    """Loads the network while somebody still looks at the empty canvas. A missing one is told at the first stroke."""
    try:
        network()
    except LabError:
        pass


def blank() -> Image.Image:
    """A white canvas. With a picture in it the brush is chosen at once."""
    return Image.new("RGB", (SIDE, SIDE), "white")


def is_blank(drawing: Image.Image) -> bool:
    """Whether all of it has one colour."""
    return all(low == high for low, high in drawing.convert("RGB").getextrema())


def enlarged(seen: Bytes) -> Bytes:
    """uint8 (1, H, W) -> about 240 pixels a side, each pixel a square of its own."""
    return np.kron(seen[0], np.ones((240 // seen.shape[1],) * 2, np.uint8))


def mounted(root_path: str, home: str, folder: Path = PRETRAINED) -> tuple[FastAPI, asyncio.Event]:
    """The Blocks as an ASGI app for a server that mounts it at `root_path`, and the event that ends its streams."""
    app = gr.mount_gradio_app(
        FastAPI(), build(folder, home), path="/", root_path=root_path, theme=theme(), css=CSS, footer_links=[],
        run_history=False, max_file_size="5mb", ssr_mode=False, mcp_server=False, enable_monitoring=False, pwa=False,
    )  # fmt: skip
    return app, app.router.routes[-1].app.stop_event


if __name__ == "__main__":
    build().launch(theme=theme(), css=CSS, footer_links=[], run_history=False, max_file_size="5mb")
