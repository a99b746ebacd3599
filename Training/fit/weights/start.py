"""Where a training starts from, with its provenance for the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from torch import nn

from BreastUSAILib.engine.bundles.bundle import INFERENCE, WEIGHTS, file_sha256, verify_bundle
from BreastUSAILib.engine.errors import ModelError

from ...bundles.record import TrainingRecord
from ...bundles.writer import read_metadata
from ...recipes.recipe import Recipe
from ..networks.learning import Learner
from .pretrained import load_encoder, load_whole, read_provenance


def start_from_file(learner: Learner, recipe: Recipe, path: Path) -> Mapping[str, str]:
    """Copy a pretrained state dict into the network that holds the recipe's encoder; returns the provenance."""
    networks = learner.networks()
    target = networks.get("segmentation", next(iter(networks.values())))
    branch = load_encoder(target, recipe.encoder_prefix or "", path, recipe.branches)
    part = {} if branch is None else {"branch": branch}
    return {"source": path.name, **read_provenance(path), "sha256": file_sha256(path), **part}


def start_from_bundles(learner: Learner, paths: Sequence[Path]) -> Mapping[str, str]:
    """Copy each bundle's weights into the network of its task; returns the provenance.

    What two networks share comes from the bundle that is named last. Raises ModelError where a bundle does not verify
    or is of another architecture or task.
    """
    came = [_start_from_bundle(learner, path) for path in paths]
    return {key: ", ".join(one[key] for one in came) for key in came[0]}


def records_of(paths: Sequence[Path]) -> list[TrainingRecord]:
    """The records of how these bundles were trained, of those that have one."""
    return [record for path in paths if (record := TrainingRecord.from_metadata(read_metadata(path)))]


def _start_from_bundle(learner: Learner, path: Path) -> Mapping[str, str]:
    info = verify_bundle(path)
    network: nn.Module | None = learner.networks().get(info.task)
    if network is None:
        raise ModelError(
            f"this is a {info.task} bundle", where=path, remedy=f"Give one for {' or '.join(learner.networks())}"
        )
    load_whole(network, path / WEIGHTS, told_by=path / INFERENCE)
    return {"source": f"{info.name} {info.version}", "sha256": info.sha256}
