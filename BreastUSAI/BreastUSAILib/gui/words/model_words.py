"""Models in words. A model is a dict, as the engine's ``models.list`` tells it."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ...engine.findings.words import task_words

TASKS = {"classifier": "classification", "segmenter": "segmentation"}
"""Which task a model of each choice has."""

Model = dict[str, Any]


def modelWords(model: Model) -> str:
    """One line of the list: name, version, task, and whether it can be used."""
    if model["problem"] is not None:
        return _("{name}: damaged").format(name=model["name"])
    origin = _("added") if model["added"] else _("shipped")
    return _("{task}: {name} {version} ({origin})").format(
        task=task_words(model["task"], _), name=model["name"], version=model["version"], origin=origin
    )


def modelToolTip(model: Model) -> str:
    """What hovering over a line tells: the problem, or size and hash."""
    if model["problem"] is not None:
        return model["problem"]
    return _("{model}\n{path}\n{megabytes:.1f} MB, SHA-256 {sha256}").format(
        model=modelWords(model), path=model["path"], megabytes=model["sizeBytes"] / 1e6, sha256=model["sha256"]
    )


def choiceWords(models: list[Model] | None, task: str, chosen: str) -> dict[str, str]:
    """What a combo box offers for a task: name -> words, the shipped one as the empty name first.

    A chosen model that is not there any more, or that is damaged, stays in the list and says so. `models` is None
    while they are not known.
    """
    words = {"": _("The one that is shipped")}
    for model in models or []:
        if model["task"] == task and model["added"]:
            words[model["name"]] = f"{model['name']} {model['version']}"
    if chosen not in words:
        words[chosen] = chosen if models is None else _("{name} (not usable)").format(name=chosen)
    return words


def deviceWords() -> dict[str, str]:
    """Processors: the parameter's value -> words."""
    return {
        "auto": _("Automatic"),
        "cpu": _("CPU"),
        "cuda": _("NVIDIA graphics card (CUDA)"),
        "mps": _("Apple graphics processor (MPS)"),
    }
