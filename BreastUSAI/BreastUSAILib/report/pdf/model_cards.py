"""What the cards of the models that gave a result say in a few lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...engine.bundles.model_folder import installed_models
from ...engine.findings.analysis import Analysis, ModelIdentity

_MOST_FIGURES = 4


@dataclass(frozen=True)
class CardSummary:
    """A model in a few lines; empty texts where its bundle is not there any more.

    `figures` are (data set, AUC of malignancy with its interval) of the test sets that the card names.
    """

    identity: ModelIdentity
    description: str = ""
    trained_on: str = ""
    figures: tuple[tuple[str, str], ...] = ()


def card_summaries(analysis: Analysis) -> tuple[CardSummary, ...]:
    """A summary for each model of `analysis`, in its order; that of a bundle of the same name and version."""
    documents = [_metadata(model.path) for model in installed_models()]
    return tuple(_summary(identity, documents) for identity in analysis.models)


def _metadata(path: Any) -> Mapping[str, Any]:
    try:
        document = json.loads((path / "configs" / "metadata.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _summary(identity: ModelIdentity, documents: list[Mapping[str, Any]]) -> CardSummary:
    for document in documents:
        if (document.get("name"), document.get("version")) == (identity.name, identity.version):
            return CardSummary(
                identity, str(document.get("description", ""))[:300], _trained_on(document), _figures(document)
            )
    return CardSummary(identity)


def _trained_on(document: Mapping[str, Any]) -> str:
    training = document.get("training")
    names = training.get("train_on") if isinstance(training, dict) else None
    return ", ".join(map(str, names)) if isinstance(names, list) else ""


def _figures(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    tests = document.get("test_figures")
    found = []
    for name, figures in tests.items() if isinstance(tests, dict) else ():
        try:
            area, (low, high) = float(figures["malignancy_auc"]), figures["malignancy_auc_95"]
            found.append((str(name), f"{area:.2f} ({float(low):.2f} to {float(high):.2f})"))
        except (KeyError, TypeError, ValueError):
            continue
    return tuple(found[:_MOST_FIGURES])
