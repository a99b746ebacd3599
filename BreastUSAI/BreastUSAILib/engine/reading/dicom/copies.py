"""Files of one series that are copies of each other: the same image must not count twice."""

from __future__ import annotations

import filecmp
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from ... import flag_sentences
from ...flags import Flag, FlagCode, Severity
from .slice_series import SlicePlace

_SAME_PLACE_MM = 1e-3
_MOST_NAMES = 3


class Member(Protocol):
    """One file of a series."""

    @property
    def path(self) -> Path: ...

    @property
    def place(self) -> SlicePlace | None: ...

    @property
    def uid(self) -> str | None: ...


AnyMember = TypeVar("AnyMember", bound=Member)


def without_copies(members: list[AnyMember]) -> tuple[list[AnyMember], dict[Path, list[str]]]:
    """The members without copies, in their order; and the names of the copies by the file that was kept.

    A copy has the SOP Instance UID of another file, and either its bytes or its place in the patient: some writers
    give one UID to different images. Of several the one with the shortest name is kept.
    """
    same: dict[str, list[AnyMember]] = {}
    for member in members:
        if member.uid is not None:
            same.setdefault(member.uid, []).append(member)
    copies: dict[Path, list[str]] = {}
    left_out: set[Path] = set()
    for group in same.values():
        kept: list[AnyMember] = []
        for member in sorted(group, key=lambda member: (len(member.path.name), str(member.path))):
            original = next((other for other in kept if _is_copy(member, other)), None)
            if original is None:
                kept.append(member)
            else:
                copies.setdefault(original.path, []).append(member.path.name)
                left_out.add(member.path)
    return [member for member in members if member.path not in left_out], copies


def copies_left_out(names: list[str]) -> Flag:
    """The remark that names the copies."""
    shown = ", ".join(f"'{name}'" for name in names[:_MOST_NAMES])
    message = (flag_sentences.ONE_COPY if len(names) == 1 else flag_sentences.COPIES).format(names=shown)
    if len(names) > _MOST_NAMES:
        message = flag_sentences.MORE_COPIES.format(names=shown, more=len(names) - _MOST_NAMES)
    return Flag(FlagCode.LEFT_OUT, Severity.WARNING, message)


def _is_copy(one: Member, other: Member) -> bool:
    if one.place is not None and other.place is not None:
        return bool(np.abs(one.place.position - other.place.position).max() <= _SAME_PLACE_MM)
    try:
        return filecmp.cmp(one.path, other.path, shallow=False)
    except OSError:
        return False
