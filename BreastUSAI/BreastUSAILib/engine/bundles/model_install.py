"""Adding a model to the user's folder: looked at in a temporary place, then moved in whole."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..bundle_limits import MOST_BYTES
from ..errors import ModelError, OptionError, OutputError
from ..findings.analysis import CLASSES, Label
from ..models.classifier import Classifier
from ..models.segmenter import Segmenter
from ..own_folders import held
from .archive import is_reserved, unpack
from .bundle import METADATA, SUMS, BundleInfo, file_sha256, load_bundle, verify_bundle
from .bundle_files import copy_listed
from .download import download
from .model_folder import ADDING, installed_models, user_folder

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def add_model(source: str, sha256: str | None = None, fetch: Callable[[str, Path], None] = download) -> BundleInfo:
    """Add a bundle to `model_folder.user_folder`; a bundle that is there already, byte for byte, stays as it is.

    Args:
        source: a bundle folder, a zip of one, or the https address of a zip of one.
        sha256: of the zip, in hexadecimal; needed for an address.
        fetch: gets an address into a file.

    Raises ModelError where there is no sound bundle or its name is taken, OptionError where the SHA-256 is missing or
    is none, OutputError where the folder cannot be written to.
    """
    folder = user_folder()
    try:
        _check_hash_given(source, sha256)
        folder.mkdir(parents=True, exist_ok=True)
        prefix = f"{ADDING}{os.getpid()}-"
        with tempfile.TemporaryDirectory(prefix=prefix, dir=folder) as temporary, held(Path(temporary)):
            bundle = _opened(source, sha256, Path(temporary), fetch)
            ready = Path(temporary) / "ready"
            verify_bundle(bundle)
            copy_listed(bundle, ready)
            info = verify_bundle(ready)
            try_out(load_bundle(ready))
            return _moved_in(ready, info, folder)
    except OSError as error:
        raise OutputError(
            f"the model could not be stored ({error.strerror or error})",
            where=folder,
            remedy="Check the folder and the disk, or name another folder in BREASTUSAI_MODELS",
        ) from error


def _is_address(source: str) -> bool:
    return re.match(r"[a-z][a-z0-9+.-]+://", source, re.IGNORECASE) is not None


def _check_hash_given(source: str, sha256: str | None) -> None:
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise OptionError(f"'{sha256}' is not a SHA-256", remedy="Give 64 hexadecimal digits")
    if sha256 is None and _is_address(source):
        raise OptionError(
            "a download needs the SHA-256 of its zip", remedy="Give the one that the model's publisher states"
        )
    if sha256 is not None and Path(source).is_dir():
        raise OptionError("a folder has no SHA-256", remedy="Leave it out: the bundle's own SHA256SUMS.txt is checked")


def _opened(source: str, sha256: str | None, temporary: Path, fetch: Callable[[str, Path], None]) -> Path:
    """The bundle folder behind `source`."""
    path = Path(source)
    if _is_address(source):
        path = temporary / "download.zip"
        fetch(source, path)
    elif path.is_dir():
        return path
    elif not path.is_file():
        raise ModelError("there is no such file or folder", where=source, remedy="Give a bundle folder or a zip of one")
    # one that is too large is refused by `unpack`, and not read here
    if sha256 is not None and path.stat().st_size <= MOST_BYTES and file_sha256(path) != sha256.lower():
        raise ModelError(
            "the SHA-256 of the zip is another one", where=source, remedy="Check the address and the SHA-256"
        )
    unpacked = temporary / "unpacked"
    unpack(path, unpacked)
    bundles = sorted({found.parents[1] for found in unpacked.rglob(METADATA)})
    if len(bundles) != 1:
        raise ModelError(
            f"the zip holds {len(bundles)} model bundles", where=source, remedy="Give a zip with exactly one"
        )
    return bundles[0]


def try_out(model: Classifier | Segmenter) -> None:
    """One pass over an empty image. Raises ModelError where the model does not do what its task asks."""
    import torch

    try:
        side, channels = model.preprocessing.size, len(model.inputs) if isinstance(model, Classifier) else 1
        images = torch.zeros(1, channels, side, side, device=next(model.network.parameters()).device)
        if isinstance(model, Classifier):
            logits, _ = model.logits(images, Label.MALIGNANT)
            fits = logits.shape == (1, len(CLASSES)) and bool(
                np.isfinite(model.calibration.probabilities(logits)).all()
            )
        else:
            fits = model.probabilities(images).shape == (1, side, side)
    except (RuntimeError, ValueError, LookupError, TypeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(
            f"the model fails on an empty image ({reason})", where=model.identity.name, remedy="Repair the bundle"
        ) from error
    if not fits:
        raise ModelError(
            f"the network's output is not that of a {model.identity.task}",
            where=model.identity.name,
            remedy="Repair the bundle",
        )


def _moved_in(ready: Path, info: BundleInfo, folder: Path) -> BundleInfo:
    if not _NAME.fullmatch(info.name) or is_reserved(info.name) or info.name.endswith("."):
        raise ModelError(
            f"the name {info.name!r} cannot name a folder",
            remedy="Use letters, digits, '.', '-' and '_' in the bundle's metadata",
        )
    final = folder / info.name
    for model in installed_models():
        if model.name == info.name or model.path == final:
            if not _is_the_same(model.path, ready):
                raise ModelError(
                    f"another model, or a damaged one, is called '{info.name}' already",
                    where=model.path,
                    remedy="Remove that one first, or give this one another name",
                )
            return replace(info, path=model.path)
    os.replace(ready, final)
    return replace(info, path=final)


def _is_the_same(installed: Path, bundle: Path) -> bool:
    try:
        verify_bundle(installed)
    except ModelError:
        return False
    return (installed / SUMS).read_bytes() == (bundle / SUMS).read_bytes()
