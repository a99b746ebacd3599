"""The model card: what the bundle is for, what it was trained on, what it measures, and how to measure it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .datasets import Example, Part

MEASURE = "python -m Training.evaluate --data ../shared/data --output rows.csv"
TRAIN = (
    "python -m Training.train {key} --data ../shared/data --work WORK "
    "--pretrained ../shared/pretrained/efficientnet_b0_encoder.pth\n"
    "python -m Training.export --data ../shared/data --work WORK"
)
SOURCES = """- BUS-BRA: Gómez-Flores et al. 2024, doi 10.1002/mp.16812; terms in the data set's own licence.
- BUSI: Al-Dhabyani et al. 2020, doi 10.1016/j.dib.2019.104863, CC BY 4.0; one frame of every near-duplicate group.
- Encoder: EfficientNet-B0, AdvProp-ImageNet, then salient-object training (TRACER TE-0, Apache-2.0)."""


def card(
    key: str, title: str, summary: str, examples: Sequence[Example], figures: dict[str, dict[str, Any]], notes: str
) -> str:
    """The card's Markdown for the bundle of one task (`key` as in `Training.tasks`)."""
    lines = [
        f"# {title}",
        "",
        "**Research use only. Not a medical device.**",
        "",
        summary,
        "",
        "## Intended use and limits",
        "",
        "For research on B-mode breast ultrasound frames, one frame at a time. Not for screening, diagnosis or any",
        "decision about a patient. Trained on two public collections from two sites; other scanners, settings,",
        "populations, the axilla, implants, male breasts and post-operative breasts are untested. Its only normals",
        "are BUSI's, so the class *normal* is the least reliable one. BUSI has no patient numbers: its figures stay",
        "optimistic.",
        "",
        "## Data",
        "",
        "| part | data set | normal | benign | malignant |",
        "|---|---|---|---|---|",
        *_counts(examples),
        "",
        "Test is BUS-BRA's official fold 1 and a tenth of BUSI's near-duplicate groups; calibration is a tenth of the",
        "remaining patients and groups. No patient or group is in two parts.",
        "",
        SOURCES,
        "",
        "## Figures on the test part",
        "",
        *_table(figures),
        "",
        "Intervals are 95 % bootstrap intervals over patients (BUS-BRA) or near-duplicate groups (BUSI). One training",
        "run with one seed; no epoch was chosen on the test part. No image of another collection was measured, and",
        "no figure here is across data sets.",
        "",
        notes,
        "",
        "## Measure it again",
        "",
        "```",
        MEASURE,
        "```",
        "",
        "Train it again:",
        "",
        "```",
        TRAIN.format(key=key),
        "```",
        "",
    ]
    return "\n".join(lines)


def _counts(examples: Sequence[Example]) -> list[str]:
    counts = Counter((example.part, example.dataset, example.label) for example in examples)
    return [
        f"| {part.value} | {dataset} | "
        + " | ".join(str(counts[part, dataset, label]) for label in ("normal", "benign", "malignant"))
        + " |"
        for part in Part
        for dataset in ("BUS-BRA", "BUSI")
    ]


def _table(figures: dict[str, dict[str, Any]]) -> list[str]:
    datasets = list(figures)
    names = [name for name in figures[datasets[0]] if not name.endswith("_95")]
    rows = [f"| {name} | " + " | ".join(_cell(figures[one], name) for one in datasets) + " |" for name in names]
    return ["| | " + " | ".join(datasets) + " |", "|---" * (len(datasets) + 1) + "|", *rows]


def _cell(figures: dict[str, Any], name: str) -> str:
    value = figures[name]
    if value is None:
        return "–"
    if not isinstance(value, float):
        return str(value)
    span = figures.get(f"{name}_95")
    return f"{value:.3f}" + (f" ({span[0]:.3f}–{span[1]:.3f})" if span else "")
