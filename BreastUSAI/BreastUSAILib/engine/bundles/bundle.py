"""Model bundles: folders of data in MONAI bundle layout, checked before anything in them is used."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bundle_limits import MOST_FRAMES_AT_ONCE
from ..errors import ModelError
from ..explanations.explanation import GRAD_CAM
from ..explanations.grading.thresholds import GradeThresholds
from ..findings.analysis import ModelIdentity
from ..gatekeeper.gate import Gate, gate_from
from ..gatekeeper.picture_statistics import STATISTICS
from ..models.calibration import Calibration, Recalibration
from ..models.classifier import INPUTS, Classifier
from ..models.descriptor_evidence import DescriptorEvidence, Term
from ..models.lesion_presence import LesionPresence
from ..models.segmenter import Segmenter
from ..networks.network_definitions import build_network, check_definition
from ..preparing.prepare import Preprocessing
from .bundle_files import (
    CARD,
    GATE,
    INFERENCE,
    METADATA,
    REPAIR,
    WEIGHTS,
    decoded,
    read_text,
    read_weights_file,
    verified_files,
)
from .bundle_files import SUMS as SUMS  # with the other names of a bundle's files, for whoever asks here
from .bundle_numbers import check_numbers
from .plain_json import parsed_object
from .stored_weights import load_weights

if TYPE_CHECKING:
    import torch
    from torch import nn

SHIPPED = Path(__file__).resolve().parents[3] / "Resources" / "Models"
_LONGEST_WORD = 100


@dataclass(frozen=True)
class BundleInfo:
    """What a verified bundle says of itself; `sha256` is that of its weights, `size_bytes` that of all its files."""

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

    def matched(self) -> Models:
        """The pair as it works together: what was fitted for two networks counts for these two alone."""
        own, presence, evidence = self.classifier.identity.sha256, self.segmenter.presence, self.segmenter.evidence
        presence = presence if presence is not None and presence.classifier == own else None
        evidence = evidence if evidence is not None and evidence.classifier == own else None
        pair = replace(self, segmenter=replace(self.segmenter, presence=presence, evidence=evidence))
        if presence is None:
            return pair
        calibration = replace(self.classifier.calibration, normal_below=presence.normal_below)
        return replace(pair, classifier=replace(self.classifier, calibration=calibration))

    @property
    def frames_at_once(self) -> int:
        """How many frames go through both together."""
        return min(self.classifier.frames_at_once, self.segmenter.frames_at_once)


def find_bundles(folder: Path = SHIPPED) -> list[Path]:
    """The bundle folders below `folder`, by name; hidden ones are unfinished and left out."""
    found = sorted(path.parent.parent for path in folder.glob(f"*/{METADATA}"))
    return [path for path in found if not path.name.startswith(".")]


def bundle_name(path: Path) -> str:
    """The name that a bundle gives itself, its hash unchecked; its folder's where its metadata cannot be read."""
    try:
        return _word(_parsed(read_text(path, METADATA), path / METADATA), "name")
    except (ModelError, KeyError, ValueError):
        return path.name


def verify_bundle(path: Path) -> BundleInfo:
    """Check hashes, card, metadata and architecture. Raises ModelError with the reason where the bundle is refused."""
    return _opened(path).info


def verified_card(path: Path) -> str:
    """The model card of a bundle that verifies, in Markdown. Raises ModelError."""
    return _opened(path).card


@dataclass(frozen=True)
class _Opened:
    """What one reading of a bundle's files gave: everything after it comes from here and not from the folder."""

    info: BundleInfo
    own: Mapping[str, Any]
    definition: Mapping[str, Any]
    card: str
    weights: bytes
    gate: bytes | None


def _opened(path: Path, task: str | None = None) -> _Opened:
    """A bundle that verifies; with its weights where the task that it must have is named. Raises ModelError."""
    wanted = {METADATA, INFERENCE, CARD, GATE} | ({WEIGHTS} if task else set())
    files, sums, size = verified_files(path, frozenset(wanted))
    metadata = _parsed(decoded(files[METADATA], path / METADATA), path / METADATA)
    card = decoded(files[CARD], path / CARD)
    if not card.strip():
        raise ModelError("the model card is empty", where=path / CARD, remedy=REPAIR)
    definition = _definition(decoded(files[INFERENCE], path / INFERENCE), path)
    check_definition(definition, where=path / INFERENCE)
    with _stated_in(path):
        check_numbers(metadata)
        own = metadata["breastusai"]
        found, name, version = _word(own, "task"), _word(metadata, "name"), _word(metadata, "version")
        Preprocessing.from_metadata(own["preprocessing"])
    if task not in (None, found):
        raise ModelError(f"this is a {found} bundle", where=path, remedy=f"Give a {task} bundle")
    info = BundleInfo(path, found, name, version, sums[WEIGHTS], size)
    return _Opened(info, own, definition, card, files.get(WEIGHTS, b""), files.get(GATE))


def load_classifier(path: Path) -> Classifier:
    """A verified classification bundle, on the CPU. Raises ModelError.

    >>> from BreastUSAILib.engine.bundles.bundle import SHIPPED, load_classifier
    >>> classifier = load_classifier(SHIPPED / "classifier_efficientnet_b0")
    >>> classifier.inputs, classifier.explainer.method
    (('image',), 'Grad-CAM')
    """
    from ..explanations.registry import explainer_for

    opened = _opened(path, "classification")
    own = opened.own
    with _stated_in(path):
        calibration = Calibration(**own["calibration"])
        stated = own.get("lesion_recalibration")
        lesions = None if stated is None else Recalibration(**stated)
        preprocessing = Preprocessing.from_metadata(own["preprocessing"])
        inputs = _inputs(own)
        method, layer = _explanation(own)
        grades = GradeThresholds.from_metadata(own.get("explanation", {}).get("grades"))
    network, most = _network(opened, len(inputs), preprocessing.size)
    with _stated_in(path):
        explainer = explainer_for(network, method, layer)
    identity, gate = opened.info.identity, _gate(opened)
    return Classifier(identity, network, preprocessing, calibration, explainer, inputs, lesions, most, grades, gate)


def _gate(opened: _Opened) -> Gate | None:
    """The gate of a bundle; None where it has none, or one that was made for other weights. Raises ModelError."""
    if opened.gate is None:
        return None
    where = opened.info.path / GATE
    try:
        gate = gate_from(_parsed(decoded(opened.gate, where), where), len(STATISTICS))
    except ValueError as error:
        raise ModelError(f"the gate lacks or misstates {error}", where=where, remedy=REPAIR) from error
    return gate if gate.classifier == opened.info.sha256 else None


def load_segmenter(path: Path) -> Segmenter:
    """A verified segmentation bundle, on the CPU. Raises ModelError.

    >>> from BreastUSAILib.engine.bundles.bundle import SHIPPED, load_segmenter
    >>> segmenter = load_segmenter(SHIPPED / "segmenter_attention_unet_b0")
    >>> segmenter.preprocessing.size
    256
    """
    opened = _opened(path, "segmentation")
    own = opened.own
    with _stated_in(path):
        rules: dict[str, Any] = {name: _rule(name, own[name]) for name in ("threshold", "smallest_lesion")}
        rules["lesion_evidence"] = _rule("lesion_evidence", own.get("lesion_evidence", 0.0))
        limits = {name: own.get(name) for name in ("withhold_below", "lesion_gap")}  # older bundles have none
        rules |= {name: math.inf if limit is None else _rule(name, limit) for name, limit in limits.items()}
        preprocessing = Preprocessing.from_metadata(own["preprocessing"])
        presence = own.get("lesion_presence")
        presence = None if presence is None else LesionPresence(**presence)
        evidence = _evidence(own.get("descriptor_evidence"))
        mirror = own.get("mirror", False)
        if not isinstance(mirror, bool):
            raise ValueError(f"mirror as {mirror!r}, not as true or false")
    network, most = _network(opened, 1, preprocessing.size)
    identity = opened.info.identity
    rules |= {"presence": presence, "evidence": evidence}
    return Segmenter(identity, network, preprocessing, **rules, mirror=mirror, frames_at_once=most)


def _evidence(stated: Mapping[str, Any] | None) -> DescriptorEvidence | None:
    if stated is None:
        return None
    terms = {name: Term(**term) for name, term in stated["terms"].items()}
    return DescriptorEvidence(**{**stated, "terms": terms})


def load_bundle(path: Path) -> Classifier | Segmenter:
    """A verified bundle of either task, on the CPU. Raises ModelError.

    >>> from BreastUSAILib.engine.bundles.bundle import find_bundles, load_bundle
    >>> [type(load_bundle(path)).__name__ for path in find_bundles()]
    ['Classifier', 'Segmenter']
    """
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


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def read_weights(path: Path) -> dict[str, torch.Tensor]:
    """The state dict of a bundle, on the CPU, its hash unchecked. Raises ModelError."""
    try:
        return load_weights(read_weights_file(path))
    except ValueError as error:
        raise _useless(path, error) from error


def _network(opened: _Opened, channels: int, side: int) -> tuple[nn.Module, int]:
    """The network with its weights, and how many frames it takes at once.

    How large weights and network are is known before either gets memory.

    The shipped bundles lie beside this code and are spared the measuring, which takes half a second.
    """
    import torch

    from ..networks.folding import fold_for_inference

    path, size = opened.info.path, None
    if path.parent != SHIPPED:
        from .network_size import checked_size

        size = checked_size(opened.definition, channels, side, where=path / INFERENCE)
    try:
        weights = load_weights(opened.weights, None if size is None else size.shapes)
        network = build_network(opened.definition, where=path / INFERENCE)
        network.load_state_dict(weights)  # copies fp16 values into the network's own float32
    except (ValueError, RuntimeError) as error:
        raise _useless(path, error) from error
    network = fold_for_inference(network).requires_grad_(False)
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network, MOST_FRAMES_AT_ONCE if size is None else size.frames_at_once


def _useless(path: Path, error: Exception) -> ModelError:
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return ModelError(f"the weights cannot be used: {reason}", where=path / WEIGHTS, remedy=REPAIR)


def network_definition(path: Path) -> Mapping[str, Any]:
    """The ``network_def`` of a bundle, unchecked. Raises ModelError where there is none."""
    return _definition(read_text(path, INFERENCE), path)


def _definition(text: str, path: Path) -> Mapping[str, Any]:
    definition = _parsed(text, path / INFERENCE).get("network_def")
    if not isinstance(definition, Mapping):
        raise ModelError("network_def is missing", where=path / INFERENCE, remedy=REPAIR)
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
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        problem = f"the metadata lacks or misstates {error}"
        raise ModelError(problem, where=path / METADATA, remedy=REPAIR) from error
    except ModelError as error:
        raise ModelError(error.problem, where=error.where or path / METADATA, remedy=error.remedy) from error


def _parsed(text: str, where: Path) -> dict[str, Any]:
    try:
        return parsed_object(text)
    except ValueError as error:
        raise ModelError(f"the file is not valid JSON ({error})", where=where, remedy=REPAIR) from error


def _word(values: Mapping[str, Any], name: str) -> str:
    """A short text that can be printed. Raises ValueError."""
    value = values[name]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_WORD or not value.isprintable():
        raise ValueError(f"{name}, which is a text of 1 to {_LONGEST_WORD} letters that can be printed")
    return value
