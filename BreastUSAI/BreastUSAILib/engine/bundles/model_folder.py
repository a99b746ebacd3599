"""The models a user may choose from: those that come with the product, and those added to the user's own folder."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError, OutputError
from ..own_folders import abandoned, remove_own
from .bundle import SHIPPED, Models, bundle_name, default_bundles, find_bundles, load_classifier, load_segmenter

FOLDER_VARIABLE = "BREASTUSAI_MODELS"
ADDING = ".adding-"
_LEFT = re.compile(r"\.(adding-|.+\.(?=\d+\.removed$))(?P<pid>\d{1,10})(-.+|\.removed)")


@dataclass(frozen=True)
class InstalledModel:
    """A bundle that may be chosen by `name`; `added` tells whether the user added it."""

    name: str
    path: Path
    added: bool


def user_folder(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> Path:
    """Where added models are kept: the environment's `BREASTUSAI_MODELS`, else the platform's data folder."""
    known = os.environ if environment is None else environment
    if known.get(FOLDER_VARIABLE):
        return Path(known[FOLDER_VARIABLE])
    if platform == "win32":
        return Path(known.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "BreastUSAI" / "models"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "BreastUSAI" / "models"
    return Path.home() / ".local" / "share" / "BreastUSAI" / "models"


def installed_models() -> list[InstalledModel]:
    """Every bundle, intact or not: the shipped ones by folder, then the added ones.

    What a killed program left half-added or half-removed is deleted first.
    """
    for path in abandoned(user_folder(), _LEFT):
        with suppress(OSError):
            remove_own(path)
    places = ((SHIPPED, False), (user_folder(), True))
    return [InstalledModel(bundle_name(path), path, added) for folder, added in places for path in find_bundles(folder)]


def load_models(classifier: str | None = None, segmenter: str | None = None) -> Models:
    """The two networks by name, each of them the shipped one where no name is given. Raises ModelError.

    >>> from BreastUSAILib.engine.bundles.model_folder import load_models
    >>> models = load_models(classifier="classifier_efficientnet_b0")
    >>> models.classifier.identity.task, models.segmenter.identity.task
    ('classification', 'segmentation')
    """
    shipped = default_bundles() if classifier is None or segmenter is None else {}
    return Models(
        load_classifier(shipped["classification"] if classifier is None else named_model(classifier).path),
        load_segmenter(shipped["segmentation"] if segmenter is None else named_model(segmenter).path),
    )


def remove_model(name: str) -> Path:
    """Delete an added model; returns where it was.

    Raises ModelError for a name that there is not and for a shipped model, OutputError where it cannot be deleted.
    """
    model = named_model(name)
    if not model.added:
        raise ModelError(
            f"'{name}' comes with BreastUSAI and is not removed", where=model.path, remedy="Name an added model"
        )
    doomed = model.path.with_name(f".{model.path.name}.{os.getpid()}.removed")
    try:
        os.replace(model.path, doomed)  # at once: half a bundle must never be found
        remove_own(doomed)  # of a linked model the link
    except OSError as error:
        raise OutputError(
            f"the model could not be removed ({error.strerror or error})",
            where=model.path,
            remedy="Check that you may write to its folder and that no program uses it",
        ) from error
    return model.path


def named_model(name: str) -> InstalledModel:
    """The model of that name. Raises ModelError where there is none."""
    models = installed_models()
    for model in models:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in models) or "the models that 'breastusai models add' gives you"
    raise ModelError(f"there is no model named '{name}'", remedy=f"Choose from {names}")
