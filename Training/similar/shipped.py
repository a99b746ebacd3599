"""The library that ships: signatures and what is known of the training cases, and no image."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import numpy as np

from BreastUSAILib.engine.findings.analysis import ModelIdentity
from BreastUSAILib.engine.similar.case import CaseFacts, NewCase
from BreastUSAILib.engine.similar.library import add_cases, build_library, state_reference
from BreastUSAILib.engine.similar.library_file import database_in, make_portable
from BreastUSAILib.engine.similar.projection import Projection

from ..data.collections import busbra
from ..data.example import Part
from .retrieval import nearest_distances
from .signed import Signed

PROVEN = {busbra.NAME: "biopsy"}
"""How a collection's labels are known, where its publication says so; else they are as published."""

AS_PUBLISHED = "as published"
NAME = "training cases"
HELD_OUT = "held-out images of the same collections"


def write_shipped_library(folder: Path, signed: Signed, classifier: ModelIdentity, projection: Projection) -> int:
    """Make the library of the training part; the number of its cases. One that is there makes way once it is made.

    Patients are random tokens, drawn here and nowhere else, that say which cases belong together and no more. How far
    is far is measured on the calibration part. Raises LibraryError.
    """
    made = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    cases = signed.part(Part.TRAIN)
    build_library(made, classifier, cases.features.shape[1], NAME, projection=projection)
    tokens = {group: secrets.token_hex(8) for group in set(cases.groups.tolist())}
    order = np.random.default_rng().permutation(len(cases))  # the order of the collections' tables tells nothing either
    added = add_cases(made, [_case(cases, int(row), tokens) for row in order])
    state_reference(made, nearest_distances(signed, projection), HELD_OUT)
    make_portable(made)
    shutil.rmtree(folder, ignore_errors=True)
    made.replace(folder)
    folder.chmod(0o755)
    database_in(folder).chmod(0o644)
    return len(added.ids)


def _case(cases: Signed, row: int, tokens: dict[str, str]) -> NewCase:
    share, dataset = float(cases.area_shares[row]), str(cases.datasets[row])
    facts = CaseFacts(
        str(cases.labels[row]),
        PROVEN.get(dataset, AS_PUBLISHED),
        str(cases.birads[row]),
        str(cases.histologies[row]),
        area_share=None if np.isnan(share) else round(share, 4),
        source=dataset,
    )
    return NewCase(
        facts,
        cases.features[row],
        cases.hashes[row].tobytes(),
        bytes.fromhex(cases.digests[row].decode()),
        tokens[str(cases.groups[row])],
    )
