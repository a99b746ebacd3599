"""Which processor the networks run on."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from .errors import OptionError

if TYPE_CHECKING:
    import torch


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
        raise OptionError(f"'{choice}' is no device", remedy=f"Choose one of {names}") from None
    if wanted is DeviceChoice.AUTO:
        wanted = next(device for device, there in available.items() if there)
    if not available[wanted]:
        raise OptionError(
            f"the device '{wanted.value}' is not available to torch here", remedy="Choose 'auto' or 'cpu'"
        )
    return torch.device(wanted.value)
