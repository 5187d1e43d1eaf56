"""The event file as TensorBoard's own reader has it."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.export import event_file
from core.export.tensorboard import events_of
from core.vocabulary.recipe import preset
from tests.core.export.conftest import made_up


def read(blob: bytes, folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of TensorBoard's, about itself
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        (folder / "events.out.tfevents.0.resolution-lab").write_bytes(blob)
        found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0})
        return found.Reload()


@pytest.mark.slow
def test_tensorboard_reads_scalars_images_and_hyper_parameters(tmp_path: Path) -> None:
    run = made_up(preset("quick", "digits").changed(epochs=3, resolution=4))
    found = read(events_of(run), tmp_path)
    losses = [(value.step, value.wall_time, value.value) for value in found.Scalars("loss/training")]
    assert losses == [(1, 1e9 + 1.5, 1.0), (2, 1e9 + 3, 0.5), (3, 1e9 + 4.5, pytest.approx(1 / 3))]
    assert [value.step for value in found.Scalars("accuracy/validation")] == [0, 1, 2, 3]
    assert found.Scalars("test/accuracy")[0].value == pytest.approx(0.9)
    images = found.Images("validation/confusion matrix")
    assert [image.step for image in images] == [0, 1, 2, 3]
    picture = Image.open(io.BytesIO(images[0].encoded_image_string))
    assert picture.format == "PNG" and picture.size == (images[0].width, images[0].height)
    middle = 100 + 36 / 2
    corner = picture.convert("RGB")
    assert corner.getpixel((int(middle - 14), int(middle - 14))) != (255, 255, 255), "the diagonal is dark"
    assert set(found.SummaryMetadata("_hparams_/session_start_info").plugin_data.plugin_name) <= set("hparams")


@pytest.mark.slow
def test_the_hyper_parameters_page_finds_the_recipe(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    run = made_up(preset("quick", "digits").changed(epochs=1))
    found = read(events_of(run), tmp_path)

    def content(tag: str) -> Any:
        return HParamsPluginData.FromString(found.SummaryMetadata(f"_hparams_/{tag}").plugin_data.content)

    values = content("session_start_info").session_start_info.hparams
    assert values["optimizer"].string_value == "sgd" and values["learning_rate"].number_value == 0.05
    assert values["nesterov"].bool_value is True and "resolution" not in values
    experiment = content("experiment").experiment
    assert [info.name.tag for info in experiment.metric_infos] == ["test/accuracy", "test/loss"]
    assert {info.name for info in experiment.hparam_infos} == set(values)
    assert content("session_end_info").session_end_info.status == 1


def test_the_checksum_is_castagnoli_s_masked() -> None:
    assert event_file.checksum(b"") == 0xA282EAD8
    blob = event_file.record(b"abc")
    assert len(blob) == 8 + 4 + 3 + 4 and blob[12:15] == b"abc"
    assert event_file.varint(300) == b"\xac\x02"
