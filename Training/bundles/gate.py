"""Storing a gate in its classifier's bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.bundles.bundle import GATE
from BreastUSAILib.engine.gatekeeper.gate import Gate

from .writer import next_version, read_metadata, rewrite_bundle


def store_gate(path: Path, gate: Gate, figures: Mapping[str, Any]) -> str | None:
    """Write the gate into the bundle, with its figures in the metadata, and raise the version, which is returned.

    None, and nothing is written, where the bundle has the same gate. Raises ModelError, OutputError.
    """
    metadata, document = read_metadata(path), gate.to_document()
    stored = path / GATE
    if stored.is_file() and json.loads(stored.read_text(encoding="utf-8")) == document:
        return None
    version = next_version(str(metadata["version"]))
    rewrite_bundle(path, metadata={**metadata, "version": version, "gate_report": dict(figures)}, gate=document)
    return version
