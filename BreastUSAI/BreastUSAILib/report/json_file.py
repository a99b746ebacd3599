"""`analysis.json`: everything found but the pixels, in the form that `analysis.schema.json` publishes."""

from __future__ import annotations

import json
from pathlib import Path

from ..engine.findings.analysis import Analysis
from .atomic import atomic_file


def write_json(analysis: Analysis, path: Path) -> None:
    """Write `analysis` as indented UTF-8 JSON, keys in the schema's order.

    Raises:
        OutputError: where the file cannot be written.
    """
    text = json.dumps(analysis.to_json(), indent=2, ensure_ascii=False, allow_nan=False)
    with atomic_file(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
