"""What a gate would judge each picture by, through the product's own path, kept so that it is done once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.checks.input_checks import check_pixels, eight_bit
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.flags import FlagCode, Severity
from BreastUSAILib.engine.gatekeeper.drawings import find_drawings
from BreastUSAILib.engine.gatekeeper.gate import Observed
from BreastUSAILib.engine.images.frames import luminance
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.pipeline.gatekeeping import observations
from BreastUSAILib.engine.pipeline.run import Equipment, Run
from BreastUSAILib.report.atomic import atomic_file

from .sources import Picture, Role

EACH = 20
"""Pictures that are kept together: what is lost at most when the machine is."""


@dataclass(frozen=True)
class Seen:
    """One picture as the networks saw it.

    Args:
        picture: which.
        observed: what a gate judges it by.
        is_refused: whether a rule without learning refuses it.
        is_colored: whether flow in color was found.
        cross: see `Drawings`.
        upright: see `Drawings`.
    """

    picture: Picture
    observed: Observed
    is_refused: bool
    is_colored: bool
    cross: float
    upright: float


def look_at(analyzer: Analyzer, pictures: Sequence[Picture], work: Path) -> list[Seen]:
    """Every picture that can be read; what an earlier run left in `work` is not done again. Raises OutputError."""
    sha = analyzer.models.classifier.identity.sha256
    work.mkdir(parents=True, exist_ok=True)
    known = _known(work, sha)
    missing = [picture for picture in pictures if _key(picture) not in known]
    for start in range(0, len(missing), EACH):
        rows: dict[str, NDArray[np.float64]] = {}
        try:
            for picture in missing[start : start + EACH]:
                row = _row(analyzer, picture)
                rows[_key(picture)] = np.zeros(0) if row is None else row
        finally:
            _keep(work, sha, rows)
        known |= rows
        print(f"looked at {min(start + EACH, len(missing))} of {len(missing)} pictures", flush=True)
    return [_seen(picture, known[_key(picture)]) for picture in pictures if known[_key(picture)].size]


def _row(analyzer: Analyzer, picture: Picture) -> NDArray[np.float64] | None:
    """Everything of one picture in one row of numbers; None where it has no such frame or cannot be read."""
    try:
        frames = picture.frames()
        if picture.frame and frames.count <= picture.frame:
            return None
        index = picture.frame * (frames.count // 3) if frames.count > 3 else picture.frame
        equipment = Equipment(analyzer.models, analyzer.passes, analyzer.device)
        run = Run(equipment, frames, AnalyzeOptions(override_rejection=True), None, None)
        found: list[Observed] = []

        def note(_indices: Sequence[int], pixels: Sequence[NDArray]) -> None:
            batch = run.prepared(pixels)
            found.extend(observations(batch, run.equipment.passes(batch, None, run.watch), run.classifier_input))

        run.look([index], note)
        pixels = frames.read_frame(index)
    except (InputError, OSError, ValueError) as error:
        print(f"left out: {picture.name}: {error}", flush=True)
        return None
    if not found:
        return None
    flags, drawn = check_pixels(pixels, run.region), find_drawings(eight_bit(luminance(pixels)[run.region.slices]))
    refused = any(flag.severity is Severity.REJECT for flag in flags)
    colored = any(flag.code is FlagCode.COLOR_DOPPLER for flag in flags)
    one = found[0]
    sizes = (len(one.statistics), *map(len, one.features))
    return np.concatenate(
        [[refused, colored, drawn.cross, drawn.upright, *sizes], one.statistics, *one.features, one.logits]
    )


def _seen(picture: Picture, row: NDArray[np.float64]) -> Seen:
    refused, colored, cross, upright, *sizes = row[:7]
    ends = np.cumsum([7, *(int(size) for size in sizes)])
    statistics, *features = (row[first:last] for first, last in pairwise(ends))
    observed = Observed(
        statistics, tuple(part.astype(np.float32) for part in features), row[ends[-1] :].astype(np.float32)
    )
    return Seen(picture, observed, bool(refused), bool(colored), float(cross), float(upright))


def _key(picture: Picture) -> str:
    return f"{picture.role.value}|{picture.kind}|{picture.name}|{picture.frame}"


def _known(work: Path, sha: str) -> dict[str, NDArray[np.float64]]:
    known: dict[str, NDArray[np.float64]] = {}
    for path in sorted(work.glob(f"seen-{sha[:12]}-*.npz")):
        with np.load(path) as kept:
            known |= {key: kept[f"row{place}"] for place, key in enumerate(kept["keys"])}
    return known


def _keep(work: Path, sha: str, rows: dict[str, NDArray[np.float64]]) -> None:
    number = len(list(work.glob(f"seen-{sha[:12]}-*.npz")))
    with atomic_file(work / f"seen-{sha[:12]}-{number:04d}.npz") as temporary, temporary.open("wb") as file:
        columns: Any = {f"row{place}": row for place, row in enumerate(rows.values())}
        np.savez(file, keys=np.array(list(rows)), **columns)


def of_role(seen: Iterable[Seen], *roles: Role) -> list[Seen]:
    """Those of these roles."""
    return [one for one in seen if one.picture.role in roles]
