"""Maps of explanations on their way back from the engine's process: one file of rows, in the folder of an exchange."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..findings.explained import Explanations
from ..findings.maps import SquareMaps
from ..images.letterbox import Letterbox
from .dataclass_json import from_plain, to_plain
from .file_errors import handing_over

EXPLANATIONS, MAPS = "explanations.json", "explanations.bin"


def write_maps(folder: Path, maps: Mapping[str, SquareMaps]) -> dict[str, Any]:
    """Write the squares as float32, one after the other; returns what `read_maps` needs beside them, as plain JSON."""
    index = {}
    with (folder / MAPS).open("wb") as file:
        for option, kind in maps.items():
            rows = []
            for frame, square in kind.squares.items():
                file.write(np.ascontiguousarray(square, dtype=np.float32).data)
                rows.append([frame, square.shape])
            index[option] = {"letterbox": to_plain(kind.letterbox), "squares": rows}
    return index


def read_maps(folder: Path, index: Mapping[str, Any]) -> Generator[None, None, dict[str, SquareMaps]]:
    """The maps that `write_maps` wrote, a square a step."""
    found = {}
    with (folder / MAPS).open("rb") as file:
        for option, kind in index.items():
            squares = {}
            for frame, shape in kind["squares"]:
                values = np.frombuffer(file.read(4 * int(np.prod(shape))), dtype=np.float32)
                squares[frame] = values.reshape(shape)
                yield
            found[option] = SquareMaps(from_plain(Letterbox, kind["letterbox"]), squares)
    return found


def write_explanations(folder: Path, made: Explanations) -> None:
    """Write explanations that were made on demand. Raises OutputError where the folder cannot be written to."""
    with handing_over(folder):
        document = {"explanations": to_plain(made, without=("maps",)), "maps": write_maps(folder, made.maps)}
        (folder / EXPLANATIONS).write_text(json.dumps(document), encoding="ascii")


def read_explanations(folder: Path) -> Generator[None, None, Explanations]:
    """What `write_explanations` wrote, equal to the original; needs no file afterwards.

    Raises OutputError where the files cannot be read.
    """
    with handing_over(folder):
        document = json.loads((folder / EXPLANATIONS).read_text(encoding="ascii"))
        yield
        maps = yield from read_maps(folder, document["maps"])
    return from_plain(Explanations, document["explanations"], maps=maps)
