"""Which processor the networks run on, and how its threads wait for each other."""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING

from .errors import OptionError

if TYPE_CHECKING:
    import torch

PASSIVELY = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Environment of a program that computes: a thread that waits gives its core away.

OpenMP's threads otherwise wait by spinning, and where another program keeps one of the cores busy, those that work wait
for those that spin: a cine then takes five to ten times as long. Alone it is no slower. Read when torch is loaded.
"""


class DeviceChoice(str, Enum):
    """What a user may ask for."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


def resolve_device(choice: str) -> torch.device:
    """The torch device for a choice; ``auto`` takes CUDA, then MPS, then the CPU.

    Raises OptionError for an unknown name, and for a processor that this machine or this torch does not have.
    """
    import torch

    available = {
        DeviceChoice.CUDA: torch.cuda.is_available(),
        DeviceChoice.MPS: torch.backends.mps.is_available(),
        DeviceChoice.CPU: True,
    }
    try:
        wanted = DeviceChoice(choice)
    except ValueError:
        names = ", ".join(item.value for item in DeviceChoice)
        raise OptionError(f"'{choice}' is not a device", remedy=f"Choose one of {names}") from None
    if wanted is DeviceChoice.AUTO:
        wanted = next(device for device, there in available.items() if there)
    if not available[wanted]:
        raise OptionError(
            f"the device '{wanted.value}' is not available to torch here", remedy="Choose 'auto' or 'cpu'"
        )
    return torch.device(wanted.value)


def waiting_passively() -> dict[str, str]:
    """The variables of `PASSIVELY` that whoever started this program has not set."""
    return {name: value for name, value in PASSIVELY.items() if name not in os.environ}
