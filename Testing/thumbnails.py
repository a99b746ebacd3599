"""`python -m Testing.thumbnails`: the pictures that the Sample Data module shows on the phantoms' buttons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from BreastUSAILib.engine.reading.file import read_file

RESOURCES = Path(__file__).resolve().parents[1] / "BreastUSAI" / "Resources"
SAMPLES, THUMBNAILS = RESOURCES / "Samples", RESOURCES / "Icons"
SIZE = (192, 128)
COLORS = 64
"""Few enough for a small file: speckle does not compress, and at this size nobody counts its grays."""


def thumbnail(sample: Path) -> Image.Image:
    """The middle frame of a sample, cut to `SIZE` around its middle."""
    frames = read_file(sample)
    pixels = frames.read_frame(frames.count // 2).astype(np.uint8)
    return ImageOps.fit(Image.fromarray(pixels).convert("RGB"), SIZE, Image.Resampling.LANCZOS).quantize(COLORS)


def write_thumbnails(folder: Path) -> list[Path]:
    """Write ``sample_<stem>.png`` for every shipped sample; returns the files."""
    written = []
    for sample in sorted(SAMPLES.glob("*.dcm")):
        written.append(folder / f"sample_{sample.stem}.png")
        thumbnail(sample).save(written[-1], optimize=True)
    return written


if __name__ == "__main__":
    for path in write_thumbnails(THUMBNAILS):
        print(path)
