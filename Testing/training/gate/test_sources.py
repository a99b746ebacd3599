"""Which breast images a gate is fitted on: whole ones and parts of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from Training.data.example import Example, Part
from Training.gate.sources import Role, breast_pictures, with_calipers


def test_of_every_second_image_a_part_is_looked_at_too(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (120, 160), dtype=np.uint8)).save(tmp_path / "one.png")
    examples = [
        Example(str(number), "A", "benign", f"A {number}", Part.TEST, tmp_path / "one.png", None, None)
        for number in range(4)
    ]
    pictures = list(breast_pictures(examples, frozenset({"A"}), 10))
    assert [picture.name for picture in pictures] == ["0", "0 closer", "1", "2", "2 closer", "3"]
    assert {(picture.role, picture.kind, picture.is_training) for picture in pictures} == {(Role.BREAST, "A", True)}
    frames = pictures[1].frames()
    assert 0.4 * 160 - 1 <= frames.columns <= 0.75 * 160
    assert frames.read_frame(0).shape == (frames.rows, frames.columns)


def test_calipers_are_drawn_on_a_copy() -> None:
    plain = np.full((200, 300), 40, np.uint8)
    assert (with_calipers(plain, 3) > 100).sum() > 20
    assert (plain == 40).all()
