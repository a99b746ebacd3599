"""A .npy file that is written a row at a time and read a row at a time."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray


class RowFile:
    """A new .npy file of `rows` arrays of one shape and type, in any order; rows that are not written are zeros.

    Written with plain writes: on a full disk these raise OSError, where a memory map would end the program.
    """

    def __init__(self, path: Path, rows: int, like: NDArray) -> None:
        self._row_bytes = like.nbytes
        self._rows = rows
        self._file = path.open("wb")
        header = {
            "descr": np.lib.format.dtype_to_descr(like.dtype),
            "fortran_order": False,
            "shape": (rows, *like.shape),
        }
        np.lib.format.write_array_header_1_0(self._file, header)
        self._start = self._file.tell()

    def write(self, row: int, values: NDArray) -> None:
        """Store one row."""
        self._file.seek(self._start + row * self._row_bytes)
        self._file.write(np.ascontiguousarray(values).data)

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.truncate(self._start + self._rows * self._row_bytes)
        finally:
            self._file.close()


def read_row(path: Path, row: int) -> NDArray:
    """A copy of one row. The file is memory-mapped for just as long as that takes, so that it can be deleted."""
    return np.array(np.load(path, mmap_mode="r", allow_pickle=False)[row])
