"""The pictures beside the figures: confusion matrix, ROC, reliability and risk-coverage, one PNG each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from BreastUSAILib.report.atomic import atomic_file

from ...data.example import CLASS_NAMES
from ..figures import metrics
from ..figures.classification import Classified
from ..rows.row import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _ACCENT, _GRAY = "#1f2933", "#0b7285", "#adb5bd"


def write_plots(rows: Sequence[Row], figures: dict[str, Any], folder: Path) -> list[Path]:
    """Four pictures for every data set with classified images; returns their paths. Raises OutputError."""
    paths = []
    for dataset, found in figures["datasets"].items():
        if found["classification"] is None:
            continue
        classified = Classified([row for row in rows if row.dataset == dataset and row.classified])
        warning = f"\nLEAK: {figures['leak']}" if "leak" in figures else ""
        title = f"{dataset}: {len(classified.rows)} images{warning}"
        for name, draw in _DRAWINGS.items():
            path = folder / f"{dataset.replace('/', '-')}_{name}.png"
            _save(draw, classified, found["classification"], title, path)
            paths.append(path)
    return paths


def _save(
    draw: Callable[[Axes, Classified, dict[str, Any]], None],
    classified: Classified,
    figures: dict[str, Any],
    title: str,
    path: Path,
) -> None:
    from matplotlib.figure import Figure

    picture = Figure(figsize=(5, 4.6), dpi=150, layout="constrained")
    axes = picture.add_subplot()
    axes.set_title(title, fontsize=10, color=_INK)
    draw(axes, classified, figures)
    axes.spines[["top", "right"]].set_visible(False)
    with atomic_file(path) as temporary:
        picture.savefig(temporary, format="png")


def draw_confusion(axes: Axes, classified: Classified, figures: dict[str, Any]) -> None:
    """Counts, colored by the share of their true class."""
    matrix = np.array(figures["confusion"])
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(matrix):
        color = "white" if share[row, column] > 0.5 else _INK
        axes.text(column, row, f"{count}", ha="center", va="center", color=color)
    axes.set_xticks(range(len(CLASS_NAMES)), CLASS_NAMES)
    axes.set_yticks(range(len(CLASS_NAMES)), CLASS_NAMES)
    axes.set_xlabel(f"most probable class (accuracy {figures['accuracy']['value']:.3f})")
    axes.set_ylabel("truth")


def draw_roc(axes: Axes, classified: Classified, figures: dict[str, Any]) -> None:
    """Malignant against benign over lesions, with the bundle's own operating points."""
    lesions = classified.lesions
    axes.plot([0, 1], [0, 1], color=_GRAY, linewidth=1, linestyle="--")
    value = figures["malignancy_auc"]["value"]
    if value is not None:
        axes.plot(*metrics.roc(lesions.malignancy, lesions.malignant), color=_ACCENT, label=f"AUC {value:.3f}")
    for (name, point), marker in zip(figures["operating_points"].items(), "os", strict=False):
        sensitivity, specificity = point["sensitivity"]["value"], point["specificity"]["value"]
        if sensitivity is not None and specificity is not None:
            kind, target = name.rsplit("_", 1)
            label = f"threshold for {target} % {kind}: {sensitivity:.2f} / {specificity:.2f}"
            axes.plot(1 - specificity, sensitivity, marker, color=_INK, label=label)
    axes.set_xlabel("1 - specificity")
    axes.set_ylabel("sensitivity")
    axes.set_aspect("equal")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", fontsize=8, frameon=False)


def draw_reliability(axes: Axes, classified: Classified, figures: dict[str, Any]) -> None:
    """Observed frequency of malignant against its stated likelihood, in bins of equal counts, over lesions."""
    table = np.array(figures["reliability"]).reshape(-1, 3)
    axes.plot([0, 1], [0, 1], color=_GRAY, linewidth=1, linestyle="--")
    axes.plot(table[:, 0], table[:, 1], marker="o", color=_ACCENT, clip_on=False)
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal")
    error = figures["malignancy_ece"]["value"]
    axes.set_xlabel("likelihood of malignancy" + ("" if error is None else f" (ECE {error:.3f})"))
    axes.set_ylabel("observed frequency")


def draw_risk_coverage(axes: Axes, classified: Classified, figures: dict[str, Any]) -> None:
    """Error rate when only the most confident images are decided, with the bundle's own band."""
    right = classified.chosen == classified.labels
    coverage, risk = metrics.risk_coverage(classified.probabilities.max(axis=1), right)
    area = figures["risk_coverage"]["area"]["value"]
    axes.plot(coverage, risk, color=_ACCENT, label=f"area {area:.3f}")
    decided = figures["decided"]
    if decided["accuracy"]["value"] is not None:
        own = decided["coverage"]["value"], 1 - decided["accuracy"]["value"]
        axes.plot(*own, "o", color=_INK, label=f"decided: {own[0]:.0%} of images, {1 - own[1]:.1%} right")
    axes.set(xlim=(0, 1), ylim=(0, None))
    axes.set_xlabel("coverage (share of images decided)")
    axes.set_ylabel("error rate")
    axes.legend(loc="upper left", fontsize=8, frameon=False)


_DRAWINGS = {
    "confusion": draw_confusion,
    "roc": draw_roc,
    "reliability": draw_reliability,
    "risk_coverage": draw_risk_coverage,
}
