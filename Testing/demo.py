"""`make demo`: analyze the shipped samples as the command line does, and say what came out and where it lies."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from BreastUSAILib import RESEARCH_USE
from BreastUSAILib.__main__ import main as breastusai
from BreastUSAILib.engine.findings.words import percent

SAMPLES = Path(__file__).resolve().parents[1] / "BreastUSAI" / "Resources" / "Samples"
OUTPUT = Path("demo-output")
_SPAN = ("probability", "low", "high")


def demo(output: Path) -> int:
    """Analyze the samples into `output` and print the table; returns the command's exit status."""
    status = breastusai(["analyze", str(SAMPLES), "--output", str(output), "--device", "cpu", "--scene"])
    table = Table(title="BreastUSAI on its sample phantoms")
    for heading in ("sample", "made as", "verdict", "malignant, given a lesion", "long axis found", "long axis made"):
        table.add_column(heading)
    for truth_file in sorted(SAMPLES.glob("*.truth.json")):
        stem = truth_file.name.removesuffix(".truth.json")
        result = output / stem / "analysis.json"
        if result.is_file():
            table.add_row(stem, *_cells(json.loads(result.read_text()), json.loads(truth_file.read_text())))
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(table)
    console.print(f"Pictures: {output}/*/preview.png. Slicer scenes: {output}/*/scene.mrb. {RESEARCH_USE}")
    return status


def _cells(analysis: dict[str, Any], truth: dict[str, Any]) -> list[str]:
    verdict = analysis["verdict"]
    likelihood = verdict["malignancy"]
    key = verdict["key_frame"]
    found = [lesion for lesion in analysis["lesions"] if lesion["frame"] == key]
    made = [lesion for frame in truth["frames"] if frame["index"] == key for lesion in frame["lesions"]]
    return [
        str(truth["label"]),
        str(verdict["label"]),
        "–" if likelihood is None else "{} ({} to {})".format(*(percent(likelihood[name]) for name in _SPAN)),
        _axis(found[0]) if found else "none",
        _axis(made[0]) if made else "none",
    ]


def _axis(lesion: dict[str, Any]) -> str:
    millimeters = lesion["long_axis_mm"]
    return "uncalibrated" if millimeters is None else f"{millimeters:.1f} mm"


if __name__ == "__main__":
    sys.exit(demo(OUTPUT))
