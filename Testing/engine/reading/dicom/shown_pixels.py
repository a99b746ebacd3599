"""What the reader makes of DICOM files, as one JSON object on stdout: for a process with another pydicom.

``python -m Testing.engine.reading.dicom.shown_pixels [--bare] FILE...``; ``--bare``: with what Slicer 5.10 brings
alone.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

NOT_IN_SLICER_5_10 = ("pylibjpeg", "openjpeg", "libjpeg", "rle", "gdcm", "jpeg_ls")


def shown(path: Path) -> dict[str, str]:
    """``pixels`` of all frames as a digest, ``header`` of ultrasound, or the ``problem`` that the reader names."""
    from BreastUSAILib.engine.errors import InputError
    from BreastUSAILib.engine.reading.dicom.dicom_file import read_header, readable_header
    from BreastUSAILib.engine.reading.dicom.pixels.dicom_pixels import DicomPixels

    digest = hashlib.sha256()
    try:
        file = read_header(path)
        with readable_header(path):
            pixels = DicomPixels(file)
        for index in range(pixels.count):
            frame = pixels.read_frame(index)
            digest.update(f"{frame.dtype} {frame.shape}".encode() + frame.tobytes())
    except InputError as error:
        return {"problem": str(error)}
    return {"pixels": digest.hexdigest(), **_header(path)}


def _header(path: Path) -> dict[str, str]:
    from BreastUSAILib.engine.errors import InputError
    from BreastUSAILib.engine.reading.dicom.reader import read_dicom

    try:
        frames = read_dicom(path)
    except InputError:
        return {}
    told = (frames.kind, frames.pixel_spacing_mm, frames.regions, frames.frame_times_s, frames.identity)
    return {"header": repr((*told, frames.ijk_to_ras.tolist()))}


def main(arguments: list[str]) -> None:
    """Print pydicom's version and what each file shows."""
    if "--bare" in arguments:
        arguments.remove("--bare")
        sys.modules.update(dict.fromkeys(NOT_IN_SLICER_5_10))
    import pydicom

    found = {Path(name).name: shown(Path(name)) for name in arguments}
    json.dump({"pydicom": pydicom.__version__, "files": found}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
