"""What a manifest says, as lines and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ...batch.manifest import CRASHED, DONE, FAILED, GATHERING, RUNNING, WAITING, Manifest
from ...engine.errors import DependencyError, OptionError
from ...report.atomic import atomic_file
from ...report.tables.csv_tables import write_csv

_TEXT, _WHOLE, _NUMBER = "string", "int64", "float64"
_COLUMNS = {
    "input": ("inputs.source", _TEXT),
    "kind": ("inputs.kind", _TEXT),
    "study": ("inputs.study", _TEXT),
    "series": ("inputs.series", _TEXT),
    "state": ("inputs.state", _TEXT),
    "item": ("results.item", _WHOLE),
    "folder": ("results.folder", _TEXT),
    "verdict": ("results.verdict", _TEXT),
    "likelihood": ("results.likelihood", _NUMBER),
    "likelihood_low": ("results.low", _NUMBER),
    "likelihood_high": ("results.high", _NUMBER),
    "lesions": ("results.lesions", _WHOLE),
    "frames": ("results.frames", _WHOLE),
    "flags": ("results.flags", _TEXT),
    "error": ("CASE WHEN results.input IS NULL THEN inputs.error ELSE results.error END", _TEXT),
    "tries": ("inputs.tries", _WHOLE),
    "crashes": ("inputs.crashes", _WHOLE),
    "began": ("inputs.began", _NUMBER),
    "seconds": ("inputs.seconds", _NUMBER),
    "analyzing_s": ("inputs.analyzing_s", _NUMBER),
    "worker": ("inputs.worker", _TEXT),
}
"""Name in the table -> where it stands in the manifest, and its kind."""

_ROWS = f"""
SELECT {", ".join(place for place, _ in _COLUMNS.values())}
FROM inputs LEFT JOIN results ON results.input = inputs.number ORDER BY inputs.number, results.item
"""
_AT_ONCE = 10_000


def status_lines(manifest: Manifest) -> Iterator[str]:
    """How many inputs there are, and in which state."""
    counts = manifest.counts()
    words = {
        DONE: "done",
        FAILED: "failed",
        CRASHED: "crashed",
        RUNNING: "at work",
        WAITING: "waiting",
        GATHERING: "waiting, their files being looked for",
    }
    states = [f"{counts[state]} {word}" for state, word in words.items() if counts[state] or state == DONE]
    yield f"{sum(counts.values())} inputs: {', '.join(states)}"


def summary_lines(manifest: Manifest) -> Iterator[str]:
    """States, verdicts with their likelihoods, times, and every input without a result."""
    yield from status_lines(manifest)
    verdicts = """SELECT verdict, COUNT(*) AS n, AVG(likelihood) AS mean FROM results WHERE verdict IS NOT NULL
        GROUP BY verdict ORDER BY n DESC"""
    for row in manifest.rows(verdicts):
        mean = "" if row["mean"] is None else f", mean likelihood of malignancy {100 * row['mean']:.0f} %"
        yield f"{row['verdict']}: {row['n']}{mean}"
    times = """SELECT COUNT(seconds) AS n, AVG(seconds) AS mean, MAX(seconds) AS most, MIN(began) AS first,
        MAX(began + seconds) AS last, COUNT(DISTINCT worker) AS workers FROM inputs WHERE seconds IS NOT NULL"""
    row = next(manifest.rows(times))
    if row["n"]:
        yield (
            f"{row['mean']:.2f} s an input ({row['most']:.2f} s at most), by {row['workers']} workers, "
            f"{row['last'] - row['first']:.0f} s from the first to the last"
        )
    without = f"SELECT state, source, error FROM inputs WHERE state IN ('{FAILED}', '{CRASHED}') ORDER BY number"
    for row in manifest.rows(without):
        yield f"{row['state']}: {row['error'] or row['source']}"


def export_table(manifest: Manifest, path: Path) -> int:
    """Write one row for each result, and one for each input that has none; returns how many.

    Raises OptionError for another ending than .csv or .parquet, DependencyError and OutputError.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".parquet"):
        raise OptionError(f"'{path}' names no kind of table", remedy="Let its name end in .csv or .parquet")
    rows = _Counted(tuple(row) for row in manifest.rows(_ROWS))
    if ending == ".csv":
        write_csv(path, list(_COLUMNS), rows)
    else:
        _write_parquet(path, rows)
    return rows.count


class _Counted:
    """Counts what goes by."""

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows:
            self.count += 1
            yield row


def _write_parquet(path: Path, rows: Iterable[tuple[Any, ...]]) -> None:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise DependencyError(
            "a Parquet table needs the Python package pyarrow, which is not installed",
            remedy="Install it with 'pip install pyarrow', or write a .csv",
        ) from error
    schema = pyarrow.schema([(name, pyarrow.type_for_alias(kind)) for name, (_, kind) in _COLUMNS.items()])
    left = iter(rows)
    with atomic_file(path) as temporary, pyarrow.parquet.ParquetWriter(temporary, schema) as writer:
        while some := list(islice(left, _AT_ONCE)):
            arrays = [
                pyarrow.array(values, kind) for values, kind in zip(zip(*some, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
