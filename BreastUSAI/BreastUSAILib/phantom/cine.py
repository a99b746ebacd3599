"""Cines: the hand slides, sways and presses, so that speckle decorrelates and the lesion comes and goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .frame import Phantom, PhantomSpec, Simulator, View

MAXIMAL_STRAIN = 0.1


@dataclass(frozen=True)
class Sweep:
    """How the probe moves during one cine.

    Args:
        frames: number of frames.
        frame_time_ms: time from one frame to the next.
        start_mm, end_mm: slide across the slice plane, from the first frame to the last.
        sway_mm: amplitude of the movement along the slice plane.
        strain: largest compression of the tissue, from 0 to 0.1.
    """

    frames: int = 24
    frame_time_ms: float = 50.0
    start_mm: float = -8.0
    end_mm: float = 8.0
    sway_mm: float = 1.0
    strain: float = 0.03

    def view(self, index: int) -> View:
        """Where the probe is in frame `index`; it slows down in the middle of the sweep, where there is most to see."""
        t = index / max(self.frames - 1, 1)
        eased = t + 0.08 * np.sin(4 * np.pi * t)
        return View(
            y_mm=float(self.start_mm + (self.end_mm - self.start_mm) * eased),
            shift_mm=float(self.sway_mm * np.sin(2 * np.pi * t * 0.8 + 0.4)),
            strain=float(min(self.strain, MAXIMAL_STRAIN) * np.sin(np.pi * t) ** 2),
        )


def render_cine(spec: PhantomSpec, sweep: Sweep) -> Iterator[Phantom]:
    """The frames of a sweep over one breast, in order."""
    simulator = Simulator(spec)
    for index in range(sweep.frames):
        yield simulator.render(sweep.view(index))
