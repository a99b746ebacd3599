"""A small part of ``make fuzz``, the same on every machine; its finds stand beside it as tests of the reader."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.reading.dicom.pixels.frame_samples import FrameSamples
from Testing.fuzz.mutation import mutated
from Testing.fuzz.seeds import SAMPLES, write_seeds


class Panic(BaseException):
    """What a decoder written in Rust raises where it gives up: no Exception."""


def test_what_is_not_an_exception_becomes_one_line_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by fuzzing: a damaged RLE frame ended the whole process."""

    def gives_up(*_: object) -> None:
        raise Panic("range end index 4294967295 out of range")

    monkeypatch.setattr(FrameSamples, "compressed", gives_up)
    monkeypatch.setattr(FrameSamples, "native", gives_up)
    sample = next(iter(sorted(SAMPLES.glob("*.dcm"))))
    (item,) = read(sample)
    assert isinstance(item, InputError)
    assert "damaged" in str(item)
    assert "4294967295" not in str(item)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.parametrize("kind", [".nrrd", ".mha", ".nii", ".nii.gz", ".png", ".jpg", ".bmp", ".tif", ".dcm"])
def test_mutated_files_give_frames_or_one_line(tmp_path: Path, seeds: list[Path], kind: str) -> None:
    chance = random.Random(kind)
    fitting = [path for path in seeds if path.name.endswith(kind)]
    for _ in range(15):
        path = tmp_path / f"a{kind}"
        path.write_bytes(mutated(chance.choice(fitting).read_bytes(), chance))
        (item,) = read(path)
        assert isinstance(item, (Frames, InputError))
        if isinstance(item, InputError):
            assert "\n" not in str(item)
