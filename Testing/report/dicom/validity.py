"""Whether a written DICOM object is one: by dicom3tools' dciodvfy where it is installed, and by reading it back."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import highdicom
import pydicom

DCIODVFY = shutil.which("dciodvfy")


def opened(path: Path) -> Any:
    """The object as highdicom reads it, once the validator has found no error in it."""
    if DCIODVFY is not None:
        told = subprocess.run([DCIODVFY, str(path)], capture_output=True, text=True, check=False)
        errors = [line for line in (told.stdout + told.stderr).splitlines() if line.startswith("Error")]
        assert (path.name, errors) == (path.name, [])
    kind = pydicom.dcmread(path, stop_before_pixels=True).Modality
    if kind == "SEG":
        return highdicom.seg.segread(path)
    return highdicom.sr.srread(path) if kind == "SR" else highdicom.imread(path)
