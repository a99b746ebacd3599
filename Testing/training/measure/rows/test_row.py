"""The per-image table keeps everything, and says what is wrong with a damaged one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from BreastUSAILib.engine.errors import InputError
from Training.measure.rows.row import Row, read_rows, write_rows

from ..samples import made_up_rows


def same(one: Row, two: Row) -> bool:
    return all(a == b or (a != a and b != b) for a, b in zip(asdict(one).values(), asdict(two).values(), strict=True))


def test_a_table_read_back_is_the_same_to_the_last_digit(tmp_path: Path) -> None:
    rows = made_up_rows(40)
    write_rows(rows, tmp_path / "rows.csv")
    again = read_rows([tmp_path / "rows.csv"])
    assert len(again) == 40
    assert all(same(one, two) for one, two in zip(rows, again, strict=True))


def test_numpys_numbers_are_written_as_plain_ones(tmp_path: Path) -> None:
    (row,) = made_up_rows(1)
    changed = Row(**{**asdict(row), "dice": np.float64(0.25), "predicted_area_px": np.int64(7)})
    write_rows([changed], tmp_path / "rows.csv")
    (again,) = read_rows([tmp_path / "rows.csv"])
    assert (again.dice, again.predicted_area_px) == (0.25, 7)


def test_tables_of_several_folds_follow_each_other(tmp_path: Path) -> None:
    paths = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for seed, path in enumerate(paths):
        write_rows(made_up_rows(5, seed), path)
    assert len(read_rows(paths)) == 10


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "no rows"), ("name,dice\nx,0.5\n", "columns .*benign.* missing"), ("\x00\xff", "rows|columns|read")],
)
def test_what_is_not_a_table_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=told):
        read_rows([path])


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_rows(made_up_rows(3), path)
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace("False", "perhaps", 1)
    path.write_text("\n".join(lines))
    with pytest.raises(InputError, match="line 3"):
        read_rows([path])


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv"):
        read_rows([tmp_path / "none.csv"])
