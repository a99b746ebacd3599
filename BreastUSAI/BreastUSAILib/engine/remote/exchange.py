"""Frames on their way to the engine's process and an analysis on its way back, through files in one folder.

The parent writes ``input.json``, the pixels as one .npy a pixel type, and the masks to be scored where there are any.
The engine writes ``analysis.json``, ``labels.bin`` (compressed crops) and ``heat.bin`` (float32, at the network's
resolution), and the maps of further explanations (`explanation_files`); of counterfactual checks
``counterfactuals.json`` and their pictures as .npy. What takes long for many frames is a generator: each of its steps
takes about as long as one frame.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, OptionError
from ..findings.analysis import Analysis, FrameFinding, Lesion
from ..findings.counterfactual.counterfactuals import Counterfactuals
from ..findings.maps import PackedLabels, PackedMasks, StoredMaps
from ..images.frames import Frames, Rectangle
from ..images.letterbox import Letterbox
from ..images.places import checked_places
from ..interface import Masks
from ..options import AnalyzeOptions, ExplainOptions
from .dataclass_json import from_plain, to_plain
from .explanation_files import read_maps, write_maps
from .file_errors import handing_over
from .row_file import RowFile, read_row

INPUT, MASKS = "input.json", "masks.bin"
REPORT_DOCUMENT, REPORT_MAPS = "document.json", "maps.npz"
ANALYSIS, LABELS, HEAT = "analysis.json", "labels.bin", "heat.bin"
COUNTERFACTUALS = "counterfactuals.json"
_ITEMS_A_STEP = 100


@dataclass(frozen=True)
class Given:
    """What the engine was given: `masks` is None for an analysis from the pixels alone."""

    frames: Frames
    options: AnalyzeOptions | ExplainOptions
    masks: Masks | None


def write_input(
    folder: Path, frames: Frames, options: AnalyzeOptions | ExplainOptions, masks: Masks | None = None
) -> Generator[None, None, None]:
    """Write the frames that the engine will read, a frame a step.

    Without masks they are those that `options` select, with masks those that have one, and the few that the scan area
    is looked for in where no region is known.

    Raises OptionError for frames outside the input and masks that are not labels, what `frames.read_frame` raises, and
    OutputError where the folder cannot be written to.
    """
    handed = _needed(frames, options, masks)
    with handing_over(folder):
        types = yield from _write_pixels(folder, frames, handed)
        manifest = {
            "frames": to_plain(frames, without=("read_frame",)),
            "explains": isinstance(options, ExplainOptions),
            "options": to_plain(options),
            "handed": handed,
            "types": types,
            "masks": None if masks is None else (yield from _write_masks(folder / MASKS, masks)),
        }
        (folder / INPUT).write_text(json.dumps(manifest), encoding="ascii")


def _needed(frames: Frames, options: AnalyzeOptions | ExplainOptions, masks: Masks | None) -> list[int]:
    if isinstance(options, ExplainOptions):
        return sorted(index for index in masks or () if 0 <= index < frames.count)
    if masks is None:
        asked = {place.frame or 0 for place in checked_places(options.places, frames)}
        return sorted({*options.frames.indices(frames.count), *asked})
    region = options.frames.region_frames(frames.count) if frames.region is None else []
    return sorted({*region, *(index for index in masks if 0 <= index < frames.count)})


def read_input(folder: Path) -> Given:
    """What `write_input` wrote; pixels are read from the files when a frame is asked for.

    Raises OptionError for options that there are not, and OSError, ValueError or TypeError where the files are none.
    """
    manifest = json.loads((folder / INPUT).read_text(encoding="ascii"))
    handed = zip(manifest["handed"], manifest["types"], strict=True)
    places = {index: (row, kind) for row, (index, kind) in enumerate(handed)}

    def read_frame(index: int) -> NDArray:
        row, kind = places[index]
        return read_row(_pixel_file(folder, kind), row)

    frames = from_plain(Frames, manifest["frames"], read_frame=read_frame)
    options = from_plain(ExplainOptions if manifest["explains"] else AnalyzeOptions, manifest["options"])
    masks = manifest["masks"]
    return Given(frames, options, None if masks is None else _read_masks(folder / MASKS, masks))


def write_report_input(
    folder: Path,
    frames: Frames,
    masks: Masks,
    maps: Mapping[str, Mapping[int, NDArray]],
    document: str,
) -> Generator[None, None, None]:
    """Write what reports of a result are made from: its outlines with the frames that they lie in, and its document.

    `maps` are by what they are and the frame: the heat map by an empty text, explanations by their option. Raises what
    `write_input` raises.
    """
    yield from write_input(folder, frames, AnalyzeOptions(), masks)
    arrays: dict[str, Any] = {
        f"{option}:{frame}": values for option, found in maps.items() for frame, values in found.items()
    }
    with handing_over(folder):
        np.savez_compressed(folder / REPORT_MAPS, **arrays)
        (folder / REPORT_DOCUMENT).write_text(document, encoding="utf-8")


def read_report_maps(folder: Path) -> dict[str, dict[int, NDArray]]:
    """The maps that `write_report_input` wrote. Raises what numpy raises for what is none."""
    maps: dict[str, dict[int, NDArray]] = {}
    with np.load(folder / REPORT_MAPS, allow_pickle=False) as stored:
        for name in stored.files:
            option, _, frame = name.rpartition(":")
            maps.setdefault(option, {})[int(frame)] = stored[name]
    return maps


def write_analysis(folder: Path, analysis: Analysis) -> None:
    """Write an analysis whose maps are `StoredMaps`. Raises OutputError where the folder cannot be written to."""
    maps = analysis.maps
    assert isinstance(maps, StoredMaps)
    with handing_over(folder):
        index = []
        with (folder / LABELS).open("wb") as labels_file, (folder / HEAT).open("wb") as heat_file:
            for frame in maps.frames:
                labels, heat = maps.packed(frame)
                labels_file.write(labels.data)
                heat_file.write(np.ascontiguousarray(heat, dtype=np.float32).data)
                index.append([frame, to_plain(labels.box), len(labels.data), heat.shape])
        document = {
            "analysis": to_plain(analysis, without=("maps",)),
            "letterbox": to_plain(maps.letterbox),
            "maps": index,
            "further": write_maps(folder, maps.further),
        }
        (folder / ANALYSIS).write_text(json.dumps(document), encoding="ascii")


def read_analysis(folder: Path) -> Generator[None, None, Analysis]:
    """The analysis that `write_analysis` wrote, equal to the original, maps included; needs no file afterwards.

    Raises OutputError where the files cannot be read.
    """
    with handing_over(folder):
        document = json.loads((folder / ANALYSIS).read_text(encoding="ascii"))
        yield
        values = document["analysis"]
        frames = yield from _in_steps(FrameFinding, values.pop("frames"))
        lesions = yield from _in_steps(Lesion, values.pop("lesions"))
        maps = StoredMaps(from_plain(Letterbox, document["letterbox"]))
        with (folder / LABELS).open("rb") as labels_file, (folder / HEAT).open("rb") as heat_file:
            for frame, box, length, shape in document["maps"]:
                labels = _packed(maps.letterbox.rows, maps.letterbox.columns, box, labels_file.read(length))
                heat = np.frombuffer(heat_file.read(4 * int(np.prod(shape))), dtype=np.float32)
                maps.store_packed(frame, labels, heat.reshape(shape))
                yield
        maps.further = yield from read_maps(folder, document["further"])
    return from_plain(Analysis, values, frames=frames, lesions=lesions, maps=maps)


def write_counterfactuals(folder: Path, found: Counterfactuals) -> None:
    """Write what the checks gave. Raises OutputError where the folder cannot be written to."""
    with handing_over(folder):
        names = list(found.pictures)
        for place, name in enumerate(names):
            np.save(folder / _picture_file(place), found.pictures[name])
        document = {"found": to_plain(found, without=("pictures",)), "pictures": names}
        (folder / COUNTERFACTUALS).write_text(json.dumps(document), encoding="ascii")


def read_counterfactuals(folder: Path) -> Generator[None, None, Counterfactuals]:
    """What `write_counterfactuals` wrote; needs no file afterwards. Raises OutputError where it cannot be read."""
    with handing_over(folder):
        document = json.loads((folder / COUNTERFACTUALS).read_text(encoding="ascii"))
        pictures = {}
        for place, name in enumerate(document["pictures"]):
            pictures[name] = np.load(folder / _picture_file(place), allow_pickle=False)
            yield
    return from_plain(Counterfactuals, document["found"], pictures=pictures)


def _picture_file(place: int) -> str:
    return f"picture-{place}.npy"


def _write_pixels(folder: Path, frames: Frames, handed: list[int]) -> Generator[None, None, list[str]]:
    """Write each frame into the file of its pixel type; returns the type of each."""
    shape = (frames.rows, frames.columns, *([3] if frames.has_color else []))
    kinds: list[str] = []
    with ExitStack() as opened:
        files: dict[str, RowFile] = {}
        for row, index in enumerate(handed):
            pixels = _read(frames, index, shape)
            kind = pixels.dtype.name
            if kind not in files:
                files[kind] = opened.enter_context(RowFile(_pixel_file(folder, kind), len(handed), pixels))
            files[kind].write(row, pixels)
            kinds.append(kind)
            yield
    return kinds


def _read(frames: Frames, index: int, shape: tuple[int, ...]) -> NDArray:
    pixels = frames.read_frame(index)
    if pixels.shape != shape:
        raise InputError(
            f"frame {index} has pixels {list(pixels.shape)}, not {list(shape)}",
            where=frames.source or frames.name,
            remedy="Load frames of one size and kind",
        )
    return pixels


def _pixel_file(folder: Path, kind: str) -> Path:
    return folder / f"pixels-{np.dtype(kind).name}.npy"


def _write_masks(path: Path, masks: Masks) -> Generator[None, None, list[Any]]:
    index = []
    with path.open("wb") as file:
        for frame in sorted(masks):
            packed = masks.packed(frame) if isinstance(masks, PackedMasks) else _pack(frame, masks[frame])
            file.write(packed.data)
            index.append([int(frame), packed.rows, packed.columns, to_plain(packed.box), len(packed.data)])
            yield
    return index


def _pack(frame: int, labels: NDArray) -> PackedLabels:
    if labels.dtype != np.uint8:
        problem = f"the mask of frame {frame} holds {labels.dtype.name} and no lesion numbers"
        raise OptionError(problem, remedy="Give whole numbers from 0 to 255 as uint8")
    return PackedLabels.of(labels)


def _read_masks(path: Path, index: list[Any]) -> Masks:
    with path.open("rb") as file:
        return {
            frame: _packed(rows, columns, box, file.read(length)).unpacked()
            for frame, rows, columns, box, length in index
        }


def _packed(rows: int, columns: int, box: Any, data: bytes) -> PackedLabels:
    return PackedLabels(rows, columns, from_plain(Rectangle, box), data)


def _in_steps(kind: Any, values: list[Any]) -> Generator[None, None, tuple[Any, ...]]:
    made = []
    for number, value in enumerate(values, start=1):
        made.append(from_plain(kind, value))
        if number % _ITEMS_A_STEP == 0:
            yield
    return tuple(made)
