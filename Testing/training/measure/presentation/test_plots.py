"""The pictures show the figures they are named after."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from Training.measure.figures import intervals
from Training.measure.figures.classification import Classified, classification_figures
from Training.measure.figures.figures import figures_of
from Training.measure.presentation.plots import (
    draw_confusion,
    draw_reliability,
    draw_risk_coverage,
    draw_roc,
    write_plots,
)
from Training.measure.rows.row import Row

from ..samples import made_up_rows


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 2)


def drawn(draw: Any, rows: list[Row]) -> Any:
    axes = Figure().add_subplot()
    draw(axes, Classified([row for row in rows if row.classified]), classification_figures(rows))
    return axes


def test_four_pictures_a_data_set(tmp_path: Path) -> None:
    rows = [*made_up_rows(30), *made_up_rows(30, dataset="else/where")]
    paths = write_plots(rows, figures_of(rows), tmp_path)
    assert {path.name for path in paths} == {
        f"{name}_{kind}.png"
        for name in ("made-up", "else-where")
        for kind in ("confusion", "roc", "reliability", "risk_coverage")
    }
    for path in paths:
        with Image.open(path) as picture:
            assert picture.size >= (600, 500)
            assert np.asarray(picture.convert("L")).std() > 5


def test_the_roc_ends_in_its_corners_and_marks_the_bundles_points() -> None:
    rows = made_up_rows(60)
    axes = drawn(draw_roc, rows)
    _chance, curve, *points = axes.get_lines()
    assert (curve.get_xdata()[0], curve.get_ydata()[0]) == (0, 0)
    assert (curve.get_xdata()[-1], curve.get_ydata()[-1]) == (1, 1)
    found = classification_figures(rows)
    assert found is not None
    marked = [(point.get_xdata()[0], point.get_ydata()[0]) for point in points]
    expected = [
        (1 - one["specificity"]["value"], one["sensitivity"]["value"]) for one in found["operating_points"].values()
    ]
    assert np.array(marked) == pytest.approx(np.array(expected))


def test_the_confusion_matrix_shows_every_count() -> None:
    rows = made_up_rows(60)
    shown = [int(text.get_text()) for text in drawn(draw_confusion, rows).texts]
    found = classification_figures(rows)
    assert found is not None
    assert shown == np.array(found["confusion"]).ravel().tolist()


def test_the_other_two_show_the_tables_they_come_from() -> None:
    rows = made_up_rows(60)
    found = classification_figures(rows)
    assert found is not None
    _, points = drawn(draw_reliability, rows).get_lines()
    assert np.c_[points.get_xdata(), points.get_ydata()] == pytest.approx(np.array(found["reliability"])[:, :2])
    curve, own = drawn(draw_risk_coverage, rows).get_lines()
    assert curve.get_ydata().mean() == pytest.approx(found["risk_coverage"]["area"]["value"])
    assert own.get_xdata()[0] == found["decided"]["coverage"]["value"]


def test_one_class_alone_still_gives_pictures(tmp_path: Path) -> None:
    rows = [row for row in made_up_rows(60) if row.label == "normal"]
    assert len(write_plots(rows, figures_of(rows), tmp_path)) == 4


def test_a_leak_is_written_on_the_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    titles: list[str] = []
    monkeypatch.setattr("matplotlib.axes.Axes.set_title", lambda self, text, **rest: titles.append(text))
    rows = [replace(row, leak="the truth") for row in made_up_rows(20)]
    write_plots(rows, figures_of(rows), tmp_path)
    assert all("LEAK: the truth" in title for title in titles)
    assert len(titles) == 4
