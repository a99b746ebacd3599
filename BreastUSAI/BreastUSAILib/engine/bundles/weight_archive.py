"""The zip that `torch.save` writes, opened without `torch.load`: pieces of memory, and which tensors they are.

What `torch.load` does with a file depends on torch and on the file: before torch 2.6 a TorchScript archive ran whatever
``weights_only`` said. Here a file is a plain zip of stored pieces or it is refused, whatever torch is installed.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..bundle_limits import MOST_STRUCTURE_BYTES, MOST_WEIGHTS
from .archive import check_entry_count
from .state_dict_structure import STORAGES, StoredTensor, stored_tensors

if TYPE_CHECKING:
    import torch

_STRUCTURE = "data.pkl"
_NOTES = frozenset({"byteorder", "version", ".format_version", ".storage_alignment", ".data/serialization_id"})
_PIECE = re.compile(r"data/\d{1,9}")
_BYTES = dict(STORAGES.values())


class WeightArchive:
    """A weights file's tensors: described by `tensors`, read one by one.

    Args:
        content: the whole file.

    Raises ValueError for what is not a plain zip of a state dict, or describes more than `MOST_WEIGHTS` numbers.
    """

    def __init__(self, content: bytes) -> None:
        check_entry_count([content])
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError) as error:
            raise ValueError("the file is not a zip of weights, as torch.save writes it") from error
        self._entries = _plain_entries(self._zip, len(content))
        if self._entry(_STRUCTURE).file_size > MOST_STRUCTURE_BYTES:
            raise ValueError("the file names too many tensors")
        if self._stored("byteorder", sys.byteorder.encode()) != sys.byteorder.encode():
            raise ValueError("the weights are stored in another byte order")
        self.tensors: Mapping[str, StoredTensor] = stored_tensors(self._stored(_STRUCTURE))
        if sum(tensor.count for tensor in self.tensors.values()) > MOST_WEIGHTS:
            raise ValueError(f"the file describes more than {MOST_WEIGHTS / 1e6:.0f} million weights")

    def read(self, name: str) -> torch.Tensor:
        """One tensor, on the CPU. Raises ValueError where its piece is missing, damaged or of another length."""
        import torch

        described = self.tensors[name]
        entry = f"data/{described.piece}"
        if self._entry(entry).file_size != described.length * _BYTES[described.kind]:
            raise ValueError(f"'{name}' has another length than is stated")
        kind = getattr(torch, described.kind)
        if described.count == 0:
            return torch.empty(described.shape, dtype=kind)
        piece = torch.frombuffer(bytearray(self._stored(entry)), dtype=kind)
        return piece.as_strided(described.shape, described.strides, described.offset)

    def _entry(self, name: str) -> zipfile.ZipInfo:
        if name not in self._entries:
            raise ValueError(f"the file lacks {name}")
        return self._entries[name]

    def _stored(self, name: str, default: bytes | None = None) -> bytes:
        if default is not None and name not in self._entries:
            return default
        try:
            return self._zip.read(self._entry(name))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
            raise ValueError(f"{name} is damaged ({error})") from error


def _plain_entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The zip's entries without the folder that torch puts them in. Raises ValueError for what no state dict has."""
    entries: dict[str, zipfile.ZipInfo] = {}
    folders = set()
    for entry in archive.infolist():
        folder, _, name = entry.filename.partition("/")
        folders.add(folder)
        if name != _STRUCTURE and name not in _NOTES and not _PIECE.fullmatch(name):
            raise ValueError(f"the file holds {name[:80]!r}, which no state dict has (TorchScript is not read)")
        if name in entries or entry.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"the file holds {name!r} twice or compressed")
        entries[name] = entry
    if len(folders) != 1 or sum(entry.file_size for entry in entries.values()) > size:
        raise ValueError("the file is not a zip of weights, as torch.save writes it")
    return entries
