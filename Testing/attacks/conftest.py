"""A small bundle to attack, and what an attack may cost."""

from __future__ import annotations

import json
import resource
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from BreastUSAILib.engine.bundles.bundle import CARD, INFERENCE, METADATA, SUMS, WEIGHTS, file_sha256
from BreastUSAILib.engine.networks.network_definitions import build_network
from Testing.made_up import CALIBRATION, SMALL
from Training.bundles.writer import BundleContent, write_bundle

NETWORK = {"_target_": "BreastUSAILib.engine.networks.four_layer_cnn.FourLayerCNN"}
MOST_MEMORY = 1 << 30
"""What an attack may take in a test; the product's own bound is 4 GB."""


@pytest.fixture(scope="session")
def small_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound classifier that takes no time."""
    torch.manual_seed(3)
    content = BundleContent(
        name="small",
        version="0.0.1",
        task="classification",
        description="Untrained, for tests.",
        network=NETWORK,
        preprocessing=SMALL,
        card="# Untrained\n",
        explanation={"method": "Saliency", "layer": ""},
        settings={"calibration": CALIBRATION},
    )
    return write_bundle(content, build_network(NETWORK).state_dict(), tmp_path_factory.mktemp("small"))


@pytest.fixture
def bundle(small_bundle: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(small_bundle, tmp_path / "small"))


def rehash(bundle: Path) -> None:
    """Make the hashes right again, as whoever means harm does."""
    names = (METADATA, INFERENCE, WEIGHTS, CARD)
    (bundle / SUMS).write_text("".join(f"{file_sha256(bundle / name)}  {name}\n" for name in names))


def with_own(bundle: Path, **values: Any) -> Path:
    """The bundle with these fields below ``breastusai``."""
    document = json.loads((bundle / METADATA).read_text())
    document["breastusai"] |= values
    (bundle / METADATA).write_text(json.dumps(document))
    rehash(bundle)
    return bundle


def with_network(bundle: Path, definition: Any) -> Path:
    """The bundle with this ``network_def``."""
    (bundle / INFERENCE).write_text(json.dumps({"network_def": definition}))
    rehash(bundle)
    return bundle


def with_weights(bundle: Path, content: bytes) -> Path:
    """The bundle with this file of weights."""
    (bundle / WEIGHTS).write_bytes(content)
    rehash(bundle)
    return bundle


@contextmanager
def little_memory(more: int = MOST_MEMORY) -> Iterator[None]:
    """Let this process take no more memory than that, so that an attack on memory fails here and not the machine."""
    if sys.platform != "linux":
        yield
        return
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + more, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
