"""From what the user gave to the inputs of a batch: files, folders, patterns, and tables of paths, one at a time."""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..engine.errors import InputError
from ..engine.reading.listing import files_in, study_and_series
from ..report.privacy import hashed_uid
from .job import Job, key_of
from .manifest import Manifest

PATH_COLUMNS = ("path", "image", "input", "file")
_FIELD_LIMIT = 32_768


class Scan:
    """Looks for inputs a step at a time, so that work can begin meanwhile; nothing grows with their number.

    A file that is given by name, by a pattern or in a table is an input. Below a folder the DICOM files of one series
    (of one study) are one input, wherever they lie, and every other file is one. What is known already is not read
    again, and what is named twice is taken once. What lies in `output` is no input.
    `problem` hears of everything that was given and cannot be an input.
    """

    def __init__(self, inputs: Sequence[str], manifest: Manifest, output: Path, problem: Callable[[str], None]) -> None:
        self._inputs = inputs
        self._manifest = manifest
        self._tell = problem
        self._output = os.path.realpath(output)

    def steps(self) -> Iterator[None]:
        """All the work; a step is about one file."""
        if self._inputs:
            self._manifest.gather_again()
        for given in self._inputs:
            yield from self._given(given)
        self._manifest.gathered()

    def _given(self, given: str) -> Iterator[None]:
        path = Path(given)
        if path.suffix.lower() == ".csv" and path.is_file():
            yield from self._table(path)
        elif os.path.lexists(path) or not glob.has_magic(given):
            yield from self._path(path)
        else:
            found = False
            for match in glob.iglob(given, recursive=True):
                found = True
                yield from self._path(Path(match))
            if not found:
                self._problem(InputError("nothing matches this pattern", where=given, remedy="Check the pattern"))
                yield

    def _path(self, path: Path) -> Iterator[None]:
        if not path.is_dir():
            self._file(path)
            yield
            return
        found = False
        for item in files_in(path):
            if isinstance(item, InputError):
                self._problem(item)
            elif os.path.realpath(item).startswith(self._output + os.sep):
                continue
            else:
                self._member(item, path)
            found = True
            yield
        if not found:
            nothing = InputError("there is nothing to read in the folder", where=path, remedy="Give one with images")
            self._problem(nothing)

    def _table(self, table: Path) -> Iterator[None]:
        try:
            with open(table, encoding="utf-8-sig", newline="") as text:
                csv.field_size_limit(_FIELD_LIMIT)
                rows = csv.reader(text)
                column = 0
                for number, row in enumerate(rows, 1):
                    names = [name.strip().casefold() for name in row]
                    named = [name for name in PATH_COLUMNS if name in names] if number == 1 else []
                    if named:
                        column = names.index(named[0])
                    elif number == 1 and len(row) > 1:
                        raise InputError(
                            f"no column of the table is named {', '.join(PATH_COLUMNS)}",
                            where=table,
                            remedy="Name the column with the paths in the first row",
                        )
                    elif any(row):
                        yield from self._row(table, number, row[column].strip() if column < len(row) else "")
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            problem = f"the table cannot be read ({error})"
            self._problem(InputError(problem, where=table, remedy="Save it as CSV in UTF-8"))
        except InputError as error:
            self._problem(error)
        yield

    def _row(self, table: Path, number: int, text: str) -> Iterator[None]:
        if not text or "\0" in text:
            where = f"{table}, row {number}"
            self._problem(InputError("the row names no path", where=where, remedy="Fill it in, or delete the row"))
            yield
        else:
            yield from self._path(table.parent / text)

    def _file(self, path: Path) -> None:
        """One that was named: an input by itself."""
        self._add(path, lambda real: (Job(key_of("file", real), os.path.abspath(path)), None))

    def _member(self, path: Path, folder: Path) -> None:
        """One that lies in a folder: part of its series, if it has one."""

        def job(real: str) -> tuple[Job, tuple[str, str] | None]:
            uids = study_and_series(path)
            if uids is None:
                return Job(key_of("file", real), os.path.abspath(path)), None
            study, series = (hashed_uid(uid) or "" for uid in uids)
            return Job(key_of("series", *uids), os.path.abspath(folder)), (study, series)

        self._add(path, job)

    def _add(self, path: Path, job_of: Callable[[str], tuple[Job, tuple[str, str] | None]]) -> None:
        real = os.path.realpath(path)
        try:
            state = os.stat(real)
        except (OSError, ValueError):
            self._failed(key_of("file", real), InputError("there is no such file", where=path, remedy="Check the path"))
            return
        if self._manifest.knows(real, state.st_size, state.st_mtime_ns):
            return
        job, series = job_of(real)
        self._manifest.add_file(real, state.st_size, state.st_mtime_ns, job, series)

    def _problem(self, error: InputError) -> None:
        self._failed(key_of("problem", os.path.abspath(error.where or "")), error)

    def _failed(self, key: str, error: InputError) -> None:
        self._manifest.add_failed(key, os.path.abspath(error.where or ""), str(error))
        self._tell(str(error))
