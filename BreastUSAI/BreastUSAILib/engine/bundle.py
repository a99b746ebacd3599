"""Model bundles: folders of data in MONAI bundle layout, checked before anything in them is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .analysis import ModelIdentity
from .classifier import Calibration, Classifier
from .errors import ModelError
from .network_definitions import build_network, check_definition
from .prepare import Preprocessing
from .segmenter import Segmenter

if TYPE_CHECKING:
    from torch import nn

SHIPPED = Path(__file__).resolve().parents[2] / "Resources" / "Models"
METADATA = "configs/metadata.json"
INFERENCE = "configs/inference.json"
WEIGHTS = "models/model.pt"
CARD = "docs/README.md"
SUMS = "SHA256SUMS"
_REPAIR = "Install the bundle again from where it came"


@dataclass(frozen=True)
class BundleInfo:
    """What a verified bundle says of itself; `sha256` is that of its weights, `size_bytes` that of the folder."""

    path: Path
    task: str
    name: str
    version: str
    sha256: str
    size_bytes: int

    @property
    def identity(self) -> ModelIdentity:
        """The part that goes into an analysis."""
        return ModelIdentity(self.task, self.name, self.version, self.sha256)


@dataclass(frozen=True)
class Models:
    """The pair of networks that an analysis needs."""

    classifier: Classifier
    segmenter: Segmenter


def find_bundles(folder: Path = SHIPPED) -> list[Path]:
    """The bundle folders below `folder`, by name."""
    return sorted(path.parent.parent for path in folder.glob(f"*/{METADATA}"))


def verify_bundle(path: Path) -> BundleInfo:
    """Check hashes, card, metadata and architecture. Raises ModelError with the reason where the bundle is refused."""
    sums = _verified_sums(path)
    metadata = _json(path / METADATA)
    if not (path / CARD).read_text(encoding="utf-8").strip():
        raise ModelError("the model card is empty", where=path / CARD, remedy=_REPAIR)
    check_definition(_network_definition(path), where=path / INFERENCE)
    try:
        own = metadata["breastusai"]
        task, name, version = str(own["task"]), str(metadata["name"]), str(metadata["version"])
        _preprocessing(own)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the metadata lacks or misstates {error}", where=path / METADATA, remedy=_REPAIR) from error
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return BundleInfo(path, task, name, version, sums[WEIGHTS], size)


def load_classifier(path: Path) -> Classifier:
    """A verified classification bundle, on the CPU. Raises ModelError."""
    info, own = _opened(path, "classification")
    try:
        calibration = Calibration(**own["calibration"])
        layer = str(own["explanation_layer"])
    except (KeyError, TypeError) as error:
        raise ModelError(f"the metadata lacks or misstates {error}", where=path / METADATA, remedy=_REPAIR) from error
    from .explain import GradCam

    network = _network(path)
    return Classifier(info.identity, network, _preprocessing(own), calibration, GradCam(network, layer))


def load_segmenter(path: Path) -> Segmenter:
    """A verified segmentation bundle, on the CPU. Raises ModelError."""
    info, own = _opened(path, "segmentation")
    try:
        rules = [float(own[name]) for name in ("threshold", "smallest_lesion", "withhold_above")]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the metadata lacks or misstates {error}", where=path / METADATA, remedy=_REPAIR) from error
    return Segmenter(info.identity, _network(path), _preprocessing(own), *rules)


def load_default_models(folder: Path = SHIPPED) -> Models:
    """The shipped pair: the first bundle by name for each task. Raises ModelError where one is missing."""
    by_task: dict[str, Path] = {}
    for path in find_bundles(folder):
        by_task.setdefault(verify_bundle(path).task, path)
    for task in ("classification", "segmentation"):
        if task not in by_task:
            raise ModelError(f"there is no {task} bundle", where=folder, remedy="Install the extension again")
    return Models(load_classifier(by_task["classification"]), load_segmenter(by_task["segmentation"]))


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _digest(file)


def _digest(file: Any) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _verified_sums(path: Path) -> dict[str, str]:
    """The hashes of SHA256SUMS by relative path, each compared with its file."""
    listing = path / SUMS
    if not listing.is_file():
        raise ModelError("SHA256SUMS is missing", where=path, remedy=_REPAIR)
    sums = {}
    for line in listing.read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        sums[name] = digest
    for name in (METADATA, INFERENCE, WEIGHTS, CARD):
        if name not in sums or not (path / name).is_file():
            raise ModelError(f"{name} is missing or not listed in SHA256SUMS", where=path, remedy=_REPAIR)
    for name, digest in sums.items():
        file = (path / name).resolve()
        if not file.is_relative_to(path.resolve()) or not file.is_file() or file_sha256(file) != digest:
            raise ModelError("the SHA-256 does not match: damaged or changed", where=path / name, remedy=_REPAIR)
    return sums


def _opened(path: Path, task: str) -> tuple[BundleInfo, Mapping[str, Any]]:
    info = verify_bundle(path)
    if info.task != task:
        raise ModelError(f"this is a {info.task} bundle", where=path, remedy=f"Give a {task} bundle")
    return info, _json(path / METADATA)["breastusai"]


def _network(path: Path) -> nn.Module:
    import torch

    network = build_network(_network_definition(path), where=path / INFERENCE)
    try:
        state = torch.load(path / WEIGHTS, map_location="cpu", weights_only=True)
        network.load_state_dict(state)  # copies fp16 values into the network's own float32
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, EOFError and more here
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"the weights do not fit the network ({reason})", where=path / WEIGHTS, remedy=_REPAIR
        ) from error
    from .networks.folding import fold_for_inference

    network = fold_for_inference(network).requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _network_definition(path: Path) -> Mapping[str, Any]:
    definition = _json(path / INFERENCE).get("network_def")
    if not isinstance(definition, Mapping):
        raise ModelError("network_def is missing", where=path / INFERENCE, remedy=_REPAIR)
    return definition


def _preprocessing(own: Mapping[str, Any]) -> Preprocessing:
    return Preprocessing(**own["preprocessing"])


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"the file cannot be read ({error})", where=path, remedy=_REPAIR) from error
    if not isinstance(document, dict):
        raise ModelError("the file holds no JSON object", where=path, remedy=_REPAIR)
    return document
