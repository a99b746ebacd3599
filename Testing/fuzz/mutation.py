"""Damage as files meet it, and as somebody who means harm does it."""

from __future__ import annotations

import random

_TELLING = (b"\0", b"\xff", b"\x7f", b"\x80", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"-1", b"9" * 12)
_HEADER = 1024


def mutated(content: bytes, chance: random.Random) -> bytes:
    """`content` with one to six changes, most of them in its first kilobyte, where headers are."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        if changed:
            _change(changed, chance)
    return bytes(changed)


def _change(content: bytearray, chance: random.Random) -> None:
    reach = len(content) if chance.random() < 0.3 else min(len(content), _HEADER)
    place = chance.randrange(reach)
    kind = chance.randrange(7)
    if kind == 0:
        content[place] ^= 1 << chance.randrange(8)
    elif kind == 1:
        content[place] = chance.randrange(256)
    elif kind == 2:
        value = chance.choice(_TELLING)
        content[place : place + len(value)] = value
    elif kind == 3:
        del content[place : place + chance.randint(1, 64)]
    elif kind == 4:
        start = chance.randrange(reach)
        content[place:place] = content[start : start + chance.randint(1, 64)]
    elif kind == 5 and chance.random() < 0.3:
        del content[place:]
    else:
        digits = [index for index in range(min(len(content), _HEADER)) if 0x30 <= content[index] <= 0x39]
        if digits:
            content[chance.choice(digits)] = chance.choice(b"0123456789-.e")
