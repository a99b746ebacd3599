"""What a work folder is of, so that a run goes on only with what was begun there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from BreastUSAILib.engine.errors import OptionError
from BreastUSAILib.report.atomic import output_errors

from .loop.checkpoint import CHECKPOINT
from .plan import Plan

RECORD = "plan.json"


def claim_work_folder(plan: Plan) -> None:
    """Note the plan in its work folder. Raises OptionError where another plan's checkpoint lies there.

    Raises OutputError where the folder cannot be written to.
    """
    path, told = plan.work / RECORD, _told(plan)
    with output_errors(plan.work):
        if (plan.work / f"{CHECKPOINT}.ckpt").is_file() and path.is_file():
            _refuse_another(json.loads(path.read_text(encoding="utf-8")), told, plan.work)
        plan.work.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _told(plan: Plan) -> dict[str, Any]:
    return {
        "recipe": plan.recipe.name,
        "schedule": [list(stage) for stage in plan.recipe.schedule],
        "batch": plan.recipe.batch,
        "augmentation": " ".join(f"{name}={value:g}" for name, value in asdict(plan.recipe.augmentation).items()),
        "learning rate": plan.recipe.learning_rate,
        "size": plan.recipe.preprocessing.size,
        "helpers": list(plan.recipe.helpers),
        "sampling": [
            plan.recipe.tissue_crops,
            plan.recipe.normal_share,
            plan.recipe.normal_repeats,
            plan.recipe.collection_repeats,
            plan.recipe.pass_pictures,
        ],
        "data": str(plan.data.resolve()),
        "fold": plan.fold,
        "data sets": None if plan.train_on is None else sorted(plan.train_on),
        "seed": plan.seed,
        "start": [str(path.resolve()) for path in (*plan.start, plan.pretrained) if path is not None],
        "teachers": [str(path.resolve()) for path in plan.teachers],
    }


def _refuse_another(before: Mapping[str, Any], now: Mapping[str, Any], work: Path) -> None:
    differing = [name for name in now if name in before and before[name] != now[name]]  # older ones state less
    if differing:
        name = differing[0]
        raise OptionError(
            f"a training with another {name} was begun here ({before.get(name)}, not {now[name]})",
            where=work,
            remedy="Give a new folder to --work, or the same options to go on with that training",
        )
