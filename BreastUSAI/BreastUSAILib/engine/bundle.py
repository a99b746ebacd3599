"""Model bundles: folders of data in MONAI bundle layout, checked before anything in them is used."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .analysis import ModelIdentity
from .classifier import INPUTS, Calibration, Classifier
from .errors import ModelError
from .heat import GRAD_CAM
from .network_definitions import build_network, check_definition
from .prepare import Preprocessing
from .recalibration import Recalibration
from .segmenter import Segmenter
from .stored_weights import load_weights

if TYPE_CHECKING:
    import torch
    from torch import nn

SHIPPED = Path(__file__).resolve().parents[2] / "Resources" / "Models"
METADATA = "configs/metadata.json"
INFERENCE = "configs/inference.json"
WEIGHTS = "models/model.pt"
CARD = "docs/README.md"
SUMS = "SHA256SUMS.txt"
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
    """The bundle folders below `folder`, by name; hidden ones are unfinished and left out."""
    found = sorted(path.parent.parent for path in folder.glob(f"*/{METADATA}"))
    return [path for path in found if not path.name.startswith(".")]


def bundle_name(path: Path) -> str:
    """The name that a bundle gives itself, unchecked; its folder's where its metadata cannot be read."""
    try:
        return str(_json(path / METADATA)["name"])
    except (ModelError, KeyError):
        return path.name


def verify_bundle(path: Path) -> BundleInfo:
    """Check hashes, card, metadata and architecture. Raises ModelError with the reason where the bundle is refused."""
    sums = _verified_sums(path)
    metadata = _json(path / METADATA)
    if not _text(path / CARD).strip():
        raise ModelError("the model card is empty", where=path / CARD, remedy=_REPAIR)
    check_definition(network_definition(path), where=path / INFERENCE)
    with _stated_in(path):
        own = metadata["breastusai"]
        task, name, version = str(own["task"]), str(metadata["name"]), str(metadata["version"])
        Preprocessing.from_metadata(own["preprocessing"])
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return BundleInfo(path, task, name, version, sums[WEIGHTS], size)


def load_classifier(path: Path) -> Classifier:
    """A verified classification bundle, on the CPU. Raises ModelError."""
    from .explain_any import explainer_for

    info, own = _opened(path, "classification")
    with _stated_in(path):
        calibration = Calibration(**own["calibration"])
        stated = own.get("lesion_recalibration")
        lesions = None if stated is None else Recalibration(**stated)
        preprocessing = Preprocessing.from_metadata(own["preprocessing"])
        inputs = _inputs(own)
        method, layer = _explanation(own)
    network = _network(path)
    with _stated_in(path):
        explainer = explainer_for(network, method, layer)
    return Classifier(info.identity, network, preprocessing, calibration, explainer, inputs, lesions)


def load_segmenter(path: Path) -> Segmenter:
    """A verified segmentation bundle, on the CPU. Raises ModelError."""
    info, own = _opened(path, "segmentation")
    with _stated_in(path):
        rules = {name: _rule(name, own[name]) for name in ("threshold", "smallest_lesion")}
        rules["lesion_evidence"] = _rule("lesion_evidence", own.get("lesion_evidence", 0.0))
        limits = {name: own.get(name) for name in ("withhold_below", "lesion_gap")}  # older bundles have none
        rules |= {name: math.inf if limit is None else _rule(name, limit) for name, limit in limits.items()}
        preprocessing = Preprocessing.from_metadata(own["preprocessing"])
        mirror = own.get("mirror", False)
        if not isinstance(mirror, bool):
            raise ValueError(f"mirror as {mirror!r}, not as true or false")
    return Segmenter(info.identity, _network(path), preprocessing, **rules, mirror=mirror)


def load_bundle(path: Path) -> Classifier | Segmenter:
    """A verified bundle of either task, on the CPU. Raises ModelError."""
    loaders: Mapping[str, Callable[[Path], Classifier | Segmenter]]
    loaders = {"classification": load_classifier, "segmentation": load_segmenter}
    task = verify_bundle(path).task
    if task not in loaders:
        raise ModelError(f"the task '{task}' is unknown", where=path, remedy=f"Give one of {', '.join(loaders)}")
    return loaders[task](path)


def default_bundles(folder: Path = SHIPPED) -> dict[str, Path]:
    """The first bundle by name for each task. Raises ModelError where one is missing."""
    by_task: dict[str, Path] = {}
    for path in find_bundles(folder):
        by_task.setdefault(verify_bundle(path).task, path)
    for task in ("classification", "segmentation"):
        if task not in by_task:
            raise ModelError(f"there is no {task} bundle", where=folder, remedy="Install the extension again")
    return by_task


def load_default_models(folder: Path = SHIPPED) -> Models:
    """The shipped pair, as `default_bundles` finds it. Raises ModelError."""
    by_task = default_bundles(folder)
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
    """The hashes of SHA256SUMS.txt by relative path, each compared with its file."""
    listing = path / SUMS
    if not listing.is_file():
        raise ModelError("SHA256SUMS.txt is missing", where=path, remedy=_REPAIR)
    sums = {}
    for line in _text(listing).splitlines():
        digest, _, name = line.partition("  ")
        sums[name] = digest
    for name in (METADATA, INFERENCE, WEIGHTS, CARD):
        if name not in sums or not (path / name).is_file():
            raise ModelError(f"{name} is missing or not listed in SHA256SUMS.txt", where=path, remedy=_REPAIR)
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


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a bundle, on the CPU, its hash unchecked. Raises ModelError."""
    try:
        return load_weights(path / WEIGHTS)
    except Exception as error:  # torch raises RuntimeError, UnpicklingError, EOFError and more here
        raise _useless(path, "cannot be read", error) from error


def _network(path: Path) -> nn.Module:
    import torch

    network = build_network(network_definition(path), where=path / INFERENCE)
    weights = read_weights(path)
    try:
        network.load_state_dict(weights)  # copies fp16 values into the network's own float32
    except RuntimeError as error:
        raise _useless(path, "do not fit the network", error) from error
    from .networks.folding import fold_for_inference

    network = fold_for_inference(network).requires_grad_(False)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _useless(path: Path, problem: str, error: Exception) -> ModelError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return ModelError(f"the weights {problem} ({reason})", where=path / WEIGHTS, remedy=_REPAIR)


def network_definition(path: Path) -> Mapping[str, Any]:
    """The ``network_def`` of a bundle, unchecked. Raises ModelError where there is none."""
    definition = _json(path / INFERENCE).get("network_def")
    if not isinstance(definition, Mapping):
        raise ModelError("network_def is missing", where=path / INFERENCE, remedy=_REPAIR)
    return definition


def _inputs(own: Mapping[str, Any]) -> tuple[str, ...]:
    inputs = tuple(own.get("inputs", ("image",)))
    if inputs not in INPUTS:
        raise ValueError(f"inputs as {list(inputs)}, not as one of {[list(known) for known in INPUTS]}")
    return inputs


def _rule(name: str, stated: object) -> float:
    if isinstance(stated, bool) or not isinstance(stated, (int, float)) or not 0 <= stated < math.inf:
        raise ValueError(f"{name} as {stated!r}, not as a number from 0 on")
    return float(stated)


def _explanation(own: Mapping[str, Any]) -> tuple[str, str]:
    """Method and layer. The older key ``explanation_layer`` means Grad-CAM at that layer."""
    if "explanation" not in own:
        return GRAD_CAM, str(own["explanation_layer"])
    return str(own["explanation"]["method"]), str(own["explanation"].get("layer", ""))


@contextmanager
def _stated_in(path: Path) -> Iterator[None]:
    """Turn what is missing or wrong in a bundle's metadata into a ModelError that names the file."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        problem = f"the metadata lacks or misstates {error}"
        raise ModelError(problem, where=path / METADATA, remedy=_REPAIR) from error
    except ModelError as error:
        raise ModelError(error.problem, where=error.where or path / METADATA, remedy=error.remedy) from error


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(_text(path))
    except ValueError as error:
        raise ModelError(f"the file is no JSON ({error})", where=path, remedy=_REPAIR) from error
    if not isinstance(document, dict):
        raise ModelError("the file holds no JSON object", where=path, remedy=_REPAIR)
    return document


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ModelError(f"the file cannot be read ({error})", where=path, remedy=_REPAIR) from error
