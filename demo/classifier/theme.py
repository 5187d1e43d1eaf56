"""How the classifier looks: the lab's colours and typeface in both modes, and the little script that asks."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from demo.text import speaker

say = speaker("classifier")

FONTS = (gr.themes.LocalFont("Source Sans Pro", (400, 700)), "Source Sans", "system-ui", "sans-serif")
"""The family of the Streamlit half. Gradio brings it too (under its old name, whole in these
two weights only) and serves it itself: no network, also where it stands alone."""
CSS = """
.gradio-container {max-width: 1180px !important; margin: 0 auto !important}
.in-the-lab #head {display: none}
.in-the-lab .gradio-container, .in-the-lab .fillable {max-width: none !important; width: 100%; padding: 0 !important}
.pixels {image-rendering: pixelated; display: block; width: 100%; border: 1px solid var(--border-color-primary)}
#pad canvas {display: block; width: 280px; height: 280px; border: 1px solid var(--border-color-primary); border-radius: 6px;
  background: #fff; cursor: crosshair; touch-action: none}
#pad .tools {display: flex; flex-wrap: wrap; gap: 0.25rem; margin-top: 0.5rem}
#pad button {margin: 0; padding: 0.3rem 0.45rem; border: 1px solid var(--border-color-primary); border-radius: 6px;
  background: var(--button-secondary-background-fill); color: var(--body-text-color); font-size: 0.8rem}
#pad button[aria-pressed=true] {border-color: var(--color-accent); box-shadow: inset 0 0 0 1px var(--color-accent); font-weight: 600}
#pad button:disabled {opacity: 0.5}
.asking :is(#said, #chances, #seen, #strip, #stages, #cam) {opacity: 0.55; transition: opacity 0.2s 0.5s}
.seen {max-width: 280px}
.seen figcaption, .stages figcaption, .strip small {font-size: 0.8rem; color: var(--body-text-color)}
.waiting {border: 1px dashed var(--border-color-primary); border-radius: 6px; padding: 0.8rem; color: var(--block-info-text-color)}
.waiting.seen {aspect-ratio: 1; display: flex; align-items: center; text-align: center}
.stages {display: flex; flex-wrap: wrap; gap: 0.8rem}
.stages figure {width: 112px; margin: 0}
.stages .off {opacity: 0.45}
.strip {overflow-x: auto}
.strip table {border-collapse: collapse; width: 100%; min-width: 300px}
.strip th, .strip td {border: 1px solid var(--border-color-primary); padding: 0.3rem 0.5rem; text-align: left; color: var(--body-text-color)}
.strip th img {width: 64px; margin-top: 0.3rem}
.strip .bar {height: 5px; margin-top: 3px; background: var(--color-accent)}
.strip .missing {opacity: 0.6; font-style: italic}
.min_value, .max_value {color: var(--block-info-text-color) !important}
.dark button[role=tab].selected {color: #7cc7de}
@media (max-width: 640px) {.strip th, .strip td {padding: 0.2rem; font-size: 0.72rem} .strip th img {width: 40px} .stages figure {width: 86px}}
"""
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
SCRIPTS = (Path(__file__).parent / name for name in ("pad.js", "asking.js"))
SCRIPT = f"""
() => {{
{"".join(file.read_text(encoding="utf-8") for file in SCRIPTS)}
const pad = makePad(() => lab.want("answer"))
window.lab = makeAsking(pad)
lab.want("open")
}}
"""
"""Runs once, when the page is there."""
BRUSH = 28
"""The pen's width in pixels of the canvas; thinner strokes vanish in 8x8 pixels."""


def pad(side: int) -> str:
    """The square to draw on and its tools, as HTML."""
    tools = "".join(
        f'<button type="button" data-do="{name}"{pressed}>{say(name)}</button>'
        for name, pressed in (("pen", ' aria-pressed="true"'), ("eraser", ' aria-pressed="false"'), ("undo", " disabled"),
                              ("redo", " disabled"), ("clear", ' id="clear"'))
    )  # fmt: skip
    square = f'<canvas width="{side}" height="{side}" data-width="{BRUSH}" role="img" aria-label="{say("pad")}"></canvas>'
    return f'<div id="pad">{square}<div class="tools">{tools}</div></div>'


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
        block_title_text_color="#1c2a33", block_title_text_color_dark="#e6ebee",
        block_info_text_color="#4d5a63", block_info_text_color_dark="#a9b4bb",
        border_color_primary="#c9d3d9", border_color_primary_dark="#3d4951",
        button_primary_background_fill="#0f6b85", button_primary_background_fill_dark="#2080a0",
        button_primary_background_fill_hover="#0b5f78", button_primary_background_fill_hover_dark="#0f6b85",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#1a2127",
        button_secondary_border_color="#c9d3d9", button_secondary_border_color_dark="#3d4951",
        button_border_width="1px", link_text_color="#0b5f78", link_text_color_dark="#7cc7de",
    )  # fmt: skip
