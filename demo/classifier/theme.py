"""How the classifier looks: the lab's colours and typeface in both modes, and the little script that asks."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from demo.components import drawing_pad
from demo.text import speaker

say = speaker("classifier")

FONTS = (gr.themes.LocalFont("Source Sans Pro", (400, 700)), "Source Sans", "system-ui", "sans-serif")
"""The family of the Streamlit half. Gradio brings it too (under its old name, whole in these
two weights only) and serves it itself: no network, also where it stands alone."""
_CSS = """
:root {scrollbar-gutter: stable}
:root:has(body.in-the-lab) {scrollbar-gutter: auto}
.gradio-container {max-width: 1180px !important; width: 100% !important; margin: 0 auto !important; font-size: 17px}
.gradio-container .fillable {max-width: 1180px !important; width: 100%}
.in-the-lab #head {display: none}
.in-the-lab .gradio-container, .in-the-lab .fillable {max-width: none !important; width: 100%; padding: 0 !important}
.gradio-container .prose {font-size: 17px; line-height: 1.5; font-variant-numeric: tabular-nums}
.gradio-container .prose :is(p, li) {max-width: 42rem}
.gradio-container .prose h1 {font-size: 40px; line-height: 1.15; letter-spacing: -0.01em}
.gradio-container .prose h3 {font-size: 24px; line-height: 1.25; margin: 0.6rem 0 0.2rem}
#said .prose > :first-child {font-size: 22px; line-height: 1.25; margin-top: 0.4rem}
#said .prose > :first-child strong {font-size: 32px; letter-spacing: -0.01em}
.gradio-container:not(:has(#seen figure)) .later {display: none}
#seen, #strip, #stages, #cam, #network, #resolution, #filter, #said, #chances, .html-container {padding: 0 !important}
#ask {align-self: flex-start; width: auto; min-width: 8rem; margin-top: 0.3rem}
.gradio-container .block.hide-container {overflow: visible !important}
#desk {gap: 1.6rem; margin-top: 0.4rem}
[id^=drawer-] {border: 1px solid var(--border-color-primary) !important; padding: 0 !important}
[id^=drawer-] > button {font-weight: 700; padding: 0.55rem 0.8rem; font-size: 17px; text-align: start}
[id^=drawer-] > :not(button) {padding: 0 0.8rem 0.6rem}
#chances .bar {height: 8px; border-radius: 4px; background: var(--color-accent)}
#chances :is(.text, .confidence, .line, dt, dd) {font-family: var(--font); font-size: 17px}
.pixels {image-rendering: pixelated; display: block; width: 100%; border: 1px solid var(--border-color-primary); border-radius: 6px}
#pad .pad {--pad-side: 280px; --pad-line: var(--border-color-primary); --pad-do: var(--color-accent);
  --pad-base: var(--button-secondary-background-fill); --pad-text: var(--body-text-color)}
#pad .pad-example {margin: 0.5rem 0 0; font-size: 15px; color: var(--block-info-text-color); max-width: 280px}
#ways .tab-container, #ways [role=tablist] {border: 0; height: auto; gap: 0}
#ways [role=tab] {border: 1px solid var(--border-color-primary); margin: 0 0 0 -1px; padding: 0.3rem 0.9rem; border-radius: 0; color: var(--body-text-color); height: auto}
#ways [role=tab]:first-child {border-radius: 7px 0 0 7px; margin-left: 0}
#ways [role=tab]:last-child {border-radius: 0 7px 7px 0}
#ways [role=tab].selected {background: #e7f1f4; border-color: var(--color-accent); color: #0b5f78; z-index: 1}
.dark #ways [role=tab].selected {background: #16323d; color: #7cc7de}
#ways [role=tab]::after {display: none}
#ways .tabitem {border: 0; padding: 0.6rem 0 0}
#ways #pad {padding: 0}
#resolution input[type=range] {accent-color: var(--color-accent); background-size: 0; height: 20px}
#resolution input[type=range]::-webkit-slider-runnable-track {height: 4px; border-radius: 2px; background: linear-gradient(to right, var(--color-accent) var(--range_progress, 100%), var(--border-color-primary) var(--range_progress, 100%))}
#resolution input[type=range]::-webkit-slider-thumb {-webkit-appearance: none; width: 18px; height: 18px; margin-top: -7px; border: 0; border-radius: 50%; background: var(--color-accent); box-shadow: none}
#resolution input[type=range]::-moz-range-thumb {width: 18px; height: 18px; border: 0; border-radius: 50%; background: var(--color-accent)}
.asking :is(#said, #chances, #seen, #strip, #stages, #cam) {opacity: 0.55; transition: opacity 0.2s 0.5s}
.seen {max-width: 280px; margin: 0}
.seen figcaption, .stages figcaption, .strip small {font-size: 15px; color: var(--block-info-text-color)}
.waiting.seen {aspect-ratio: 1; position: relative; display: grid; place-items: center; text-align: center; color: var(--body-text-color)}
.waiting.seen i {position: absolute; inset: 0; opacity: 0.14; background-size: cover; image-rendering: pixelated; border-radius: 6px}
.waiting.seen span {padding: 1rem}
.stages {display: flex; flex-wrap: wrap; gap: 0.8rem}
.stages figure {width: 104px; margin: 0}
.stages .off {opacity: 0.45}
.strip {overflow-x: auto}
.strip table {border: 0 !important; border-collapse: collapse; width: 100%; min-width: 300px; font-variant-numeric: tabular-nums}
.strip th, .strip td {border: 0; border-bottom: 1px solid var(--border-color-primary); padding: 0.4rem 0.6rem; text-align: left; color: var(--body-text-color)}
.strip th i {font-style: normal}
.strip th img {width: 84px; margin-top: 0.3rem}
.strip .bar {height: 6px; margin-top: 3px; border-radius: 3px; background: var(--color-accent)}
.strip .missing {opacity: 0.7; font-style: italic}
.min_value, .max_value {color: var(--block-info-text-color) !important}
:is(button, input, [role=tab], [tabindex]):focus-visible {outline: 3px solid #ffa90e; outline-offset: 2px}
@media (max-width: 640px) {
  .gradio-container .prose h1 {font-size: 24px}
  .gradio-container .fillable.app {padding: 0.8rem 1rem !important}
  .strip th, .strip td {padding: 0.25rem; font-size: 0.78rem}
  .strip th img {width: 44px}
  .stages figure {width: 86px}
  #ask {display: none}
  #desk {gap: 0.6rem}
  #seen .seen {margin: 0 auto}
}
@media (prefers-reduced-motion: reduce) {.gradio-container * {transition: none !important; animation: none !important}}
"""
CSS = drawing_pad.CSS + _CSS
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
EXAMPLE = (
    ((0.50, 0.43), (0.47, 0.43), (0.44, 0.42), (0.41, 0.39), (0.39, 0.36), (0.38, 0.33), (0.38, 0.29), (0.38, 0.25), (0.40, 0.22), (0.42, 0.19), (0.45, 0.17), (0.48, 0.15), (0.52, 0.15), (0.55, 0.15), (0.58, 0.17), (0.61, 0.19), (0.63, 0.22), (0.64, 0.25), (0.64, 0.29), (0.64, 0.33), (0.62, 0.36), (0.60, 0.39), (0.57, 0.42), (0.54, 0.43), (0.50, 0.43)),
    ((0.50, 0.50), (0.53, 0.50), (0.57, 0.52), (0.59, 0.55), (0.61, 0.58), (0.63, 0.63), (0.63, 0.67), (0.62, 0.72), (0.60, 0.76), (0.58, 0.80), (0.55, 0.83), (0.51, 0.85), (0.48, 0.85), (0.44, 0.85), (0.41, 0.83), (0.38, 0.80), (0.36, 0.76), (0.35, 0.72), (0.35, 0.67), (0.36, 0.63), (0.37, 0.58), (0.40, 0.55), (0.43, 0.52), (0.46, 0.50), (0.50, 0.50)),
)  # fmt: skip
"""What is on the square when the page is opened, stroke by stroke in shares of its side: an 8 that is one at every resolution
to the networks that know it, and a 3 at 7 x 7 to the one that was trained on sharp pictures only; and something in its last
feature maps speaks for it, so that the page can show where the network looked."""
ASKING = (Path(__file__).parent / "asking.js").read_text(encoding="utf-8")
SCRIPT = f"""
() => {{
{drawing_pad.SCRIPT}
{ASKING}
const pad = new DrawingPad({{
  find: () => document.querySelector("#pad"), listen: document, changed: (ended) => ended && lab.want("answer"),
}})
window.lab = makeAsking(pad)
pad.show({json.dumps(EXAMPLE)})
lab.want("open", ...(lab.wished() ? ["choose"] : []), "answer")
}}
"""
"""Runs once, when the page is there."""


def pad(side: int) -> str:
    """The square to draw on and its tools, as HTML, and what stands below an example."""
    return f'<div id="pad">{drawing_pad.markup(side, "#fff", "#000")}<p class="pad-example" hidden>{say("example")}</p></div>'


def theme() -> gr.themes.Base:
    """The lab's colours in both modes; no font comes from a network."""
    base = gr.themes.Base(
        primary_hue=ACCENT, neutral_hue="slate", text_size="lg", font=FONTS, font_mono=("monospace",)
    )
    return base.set(
        body_background_fill="#ffffff", body_background_fill_dark="#0e1216",
        body_text_color="#1c2a33", body_text_color_dark="#e6ebee",
        block_background_fill="#ffffff", block_background_fill_dark="#0e1216",
        block_label_background_fill="#f3f6f8", block_label_background_fill_dark="#1a2127",
        block_label_text_color="#1c2a33", block_label_text_color_dark="#e6ebee",
        block_title_text_color="#1c2a33", block_title_text_color_dark="#e6ebee",
        block_info_text_color="#4d5a63", block_info_text_color_dark="#a9b4bb",
        border_color_primary="#c9d3d9", border_color_primary_dark="#3d4951",
        button_primary_background_fill="#0f6b85", button_primary_background_fill_dark="#2080a0",
        button_primary_background_fill_hover="#0b5f78", button_primary_background_fill_hover_dark="#0f6b85",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#1a2127",
        button_secondary_border_color="#c9d3d9", button_secondary_border_color_dark="#3d4951",
        input_background_fill="#ffffff", input_background_fill_dark="#0e1216",
        input_border_color="#c9d3d9", input_border_color_dark="#3d4951", input_border_width="1px", input_shadow="none",
        slider_color="#0f6b85", slider_color_dark="#2080a0",
        block_radius="7px", container_radius="7px", input_radius="7px", block_border_width="0px", block_shadow="none",
        button_large_radius="7px", button_medium_radius="7px", button_small_radius="7px",
        button_border_width="1px", link_text_color="#0b5f78", link_text_color_dark="#7cc7de",
    )  # fmt: skip
