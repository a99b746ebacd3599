"""What may be asked about models: ``models.list``, ``.verify``, ``.add``, ``.remove`` and ``.card``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...bundles.bundle import BundleInfo, verified_card, verify_bundle
from ...bundles.model_folder import InstalledModel, installed_models, named_model, remove_model
from ...errors import ModelError
from .packages import load_torch, needing_packages
from .server import Call, Method


class ModelMethods:
    """Methods over the installed models; all but ``models.add``, which tries a model out, work without torch.

    A model is told as ``{name, path, added, task, version, sha256, sizeBytes, problem}``: ``added`` by the user
    (true) or shipped; ``problem`` is null for an intact bundle, else the sentence that says what is wrong, and the four
    before it are null. ``models.list`` answers ``{models}``, shipped ones first; ``.verify {name}`` and ``.add
    {source, sha256?}`` answer a model or its error; ``.remove {name}`` answers ``{path}``, ``.card {name}``
    ``{name, path, text}``.

    Args:
        changed: called after the installed models have changed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed

    @property
    def table(self) -> dict[str, Method]:
        """The methods by name."""
        return {
            "models.list": self.list,
            "models.verify": self.verify,
            "models.add": self.add,
            "models.remove": self.remove,
            "models.card": self.card,
        }

    def list(self, _call: Call) -> Mapping[str, Any]:
        """All of them, intact or not."""
        return {"models": [_told(model) for model in installed_models()]}

    def verify(self, call: Call) -> Mapping[str, Any]:
        """One of them. Raises ModelError where it is not intact."""
        model = named_model(call.value("name", str))
        return _intact(model.name, model.added, verify_bundle(model.path))

    def add(self, call: Call) -> Mapping[str, Any]:
        """A new one. Raises what `model_install.add_model` raises, and DependencyError where torch is missing."""
        load_torch()
        with needing_packages():
            from ...bundles.model_install import add_model

            info = add_model(call.value("source", str), call.value_or(None, "sha256", str))
        self._changed()
        return _intact(info.name, True, info)

    def remove(self, call: Call) -> Mapping[str, Any]:
        """One that the user added. Raises ModelError and OutputError."""
        path = remove_model(call.value("name", str))
        self._changed()
        return {"path": str(path)}

    def card(self, call: Call) -> Mapping[str, Any]:
        """A model's card, in Markdown. Raises ModelError."""
        model = named_model(call.value("name", str))
        return {"name": model.name, "path": str(model.path), "text": verified_card(model.path)}


def _told(model: InstalledModel) -> Mapping[str, Any]:
    try:
        return _intact(model.name, model.added, verify_bundle(model.path))
    except ModelError as error:
        unknown = dict.fromkeys(("task", "version", "sha256", "sizeBytes"))
        return {"name": model.name, "path": str(model.path), "added": model.added, **unknown, "problem": str(error)}


def _intact(name: str, added: bool, info: BundleInfo) -> Mapping[str, Any]:
    return {
        "name": name,
        "path": str(info.path),
        "added": added,
        "task": info.task,
        "version": info.version,
        "sha256": info.sha256,
        "sizeBytes": info.size_bytes,
        "problem": None,
    }
