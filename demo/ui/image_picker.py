"""Choosing an image for a lesson: the warm-up's, a sample of a data set, a photograph, one's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from core.datasets import files as dataset_files
from core.datasets.files import SOURCES
from core.explain import worksheet
from core.images import samples
from core.images.decoding import Bytes
from core.pretrained import test_images
from core.vocabulary.errors import LabError
from core.vocabulary.sources import is_own, names, source_of
from demo.server import services
from demo.text import plain, speaker
from demo.ui.defaults import Default
from demo.visitor import session

say = speaker("lesson")
SHIPPED = 10
"""So many of the test images that come with the app are offered."""
TYPES = ("png", "jpg", "jpeg", "gif", "webp", "bmp", "avif")


def image(key: str, first: str = "warmup", more: Mapping[str, Callable[[], Bytes | None]] | None = None) -> Bytes | None:
    """uint8 (C, H, W); None, with one line that says why, where there is none yet. `key` belongs to the page.

    `more`: origins of the page's own, before the others, each with what gives its image.
    """
    own = more or {}
    names = [*own, *origins()]
    chosen = st.selectbox(
        say("picture"), names, key=session.keep_widget(f"{key}.picture", first if first in names else "digits"), format_func=title,
        width=230,
    )  # fmt: skip
    try:
        if chosen in own:
            return own[chosen]()
        return uploaded(key) if chosen == "upload" else _known(chosen, key)
    except LabError as error:
        st.error(plain(error), icon=":material/error:")
        return None


def first(default: Default) -> Bytes:
    """What a lesson opens with; a digit of scikit-learn's where that does not come with this checkout."""
    images = _of_dataset(default.picture if default.picture in origins() else "digits")
    chosen: Bytes = images[min(default.number, len(images)) - 1]
    return chosen


def choose(key: str, origin: str, number: int = 1) -> None:
    """Chooses an image on a page, in a callback."""
    session.bind_widget(f"{key}.picture", origin if origin in origins() else "digits")
    session.bind_widget(f"{key}.which.{origin}", number)


def origins() -> list[str]:
    """Where an image may come from: what is on this machine."""
    folder = services.data_folder()
    shipped = {name for name in test_images.FIRST_DATASETS if test_images.first_file(name, services.pretrained_folder()).exists()}
    there = [name for name in names() if name in shipped or dataset_files.state(name, folder).present]
    return ["warmup", *there, *samples.PHOTOGRAPHS, "upload"]


def title(origin: str) -> str:
    """Its name in the menu."""
    return source_of(origin).title if origin in SOURCES or is_own(origin) else say(origin)


def _known(origin: str, key: str) -> Bytes:
    if origin in samples.PHOTOGRAPHS:
        return samples.photograph(origin)
    if origin == "warmup":
        images = np.stack([255 * pixels[None] for pixels in worksheet.images().values()]).astype(np.uint8)
    else:
        images = _of_dataset(origin)
    key = session.keep_widget(f"{key}.which.{origin}", 1)
    which = st.selectbox(say("which"), range(1, len(images) + 1), key=key, width=100)
    chosen: Bytes = images[(which or 1) - 1]
    return chosen


def _of_dataset(name: str) -> Bytes:
    """The test images that come with the app, the same on every machine; else some training images."""
    folder = services.pretrained_folder()
    shipped = [found[0].transpose(2, 0, 1) for number in range(SHIPPED) if (found := test_images.first_image(name, number, folder))]
    return np.stack(shipped) if shipped and name in test_images.FIRST_DATASETS else samples.of_dataset(name, services.data_folder())


def uploaded(key: str, longest: int = samples.LONGEST) -> Bytes | None:
    """uint8 (C, H, W), reduced to `longest` pixels; None, with what to do, before a file is chosen. LabError as
    `samples.uploaded`.
    """
    file = session.uploader(
        say("upload_label"), TYPES, key=f"{key}.upload", help=say("upload_help", longest=longest), width=380
    )
    if file is None:
        st.info(say("upload_first"), icon=":material/upload:")
        return None
    return samples.uploaded(file, longest)


def grey(pixels: Bytes, key: str) -> Bytes:
    """An image in colours as grey, where the visitor wishes so."""
    if pixels.shape[0] == 1:
        return pixels
    wanted = st.toggle(say("as_grey"), key=f"{key}.grey", help=say("as_grey_help"))
    return samples.as_grey(pixels) if wanted else pixels
