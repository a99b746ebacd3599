"""`analysis.json`: everything found but the pixels, in the form that `analysis.schema.json` publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..engine.findings.analysis import Analysis
from .atomic import atomic_file


def write_json(analysis: Analysis, path: Path) -> None:
    """Write `analysis` as indented UTF-8 JSON, keys in the schema's order.

    Raises:
        OutputError: where the file cannot be written.
    """
    write_document(analysis.to_json(), path)


def write_document(document: Mapping[str, Any], path: Path) -> None:
    """Write plain values as indented UTF-8 JSON, keys in their order. Raises OutputError."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    with atomic_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
