"""One training from data to bundles."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytorch_lightning as pl

from BreastUSAILib.engine.models.segmenter import Segmenter

from ..bundles.record import record_training
from ..calibration.calibrate import check_calibration_part
from ..data.checks import check_trainable
from ..data.example import Example, Part
from ..data.loading import load_examples
from ..data.variants import make_variants
from .delivery import deliver
from .images.batches import TrainingSet
from .images.own_masks import predict_masks, segmenter_for
from .loop.loop import fit
from .loop.teachers import load_teachers
from .networks.learning import Learner, build_learner
from .plan import Plan
from .weights.start import records_of, start_from_bundles, start_from_file
from .work_folder import claim_work_folder

BUNDLES = "bundles"
"""Where a training's bundles lie below its work folder."""


def run_training(plan: Plan) -> list[Path]:
    """Train, and write one bundle for each network, the classifier's calibrated; returns their folders.

    A work folder with ``last.ckpt`` in it is gone on with. Raises BreastUSAIError for data that do not hold
    together, for reserved data, for weights of another architecture, and for a work folder of another training.
    """
    outliner = segmenter_for(plan.recipe, plan.segmenter)
    examples = load_examples(plan.data, fold=plan.fold, train_on=plan.train_on, duplicates=plan.duplicates)
    check_trainable(examples, plan.train_on, where=plan.data)
    calibration = [example for example in examples if example.part is Part.CALIBRATION]
    if "classification" in plan.recipe.networks:
        check_calibration_part([example.label for example in calibration], plan.data)
    claim_work_folder(plan)
    pl.seed_everything(plan.seed, verbose=False)
    learner = build_learner(plan.recipe.networks, plan.recipe.helpers)
    initialisation = _start(plan, learner)
    taught = load_teachers(plan.recipe, plan.teachers) if plan.teachers else None
    training = _training_set(plan, examples, Part.TRAIN, outliner)
    held_out = _training_set(plan, examples, Part.CALIBRATION, outliner) if plan.recipe.patience is not None else None
    fit(
        learner,
        training,
        held_out,
        plan.work,
        seed=plan.seed,
        hardware=plan.hardware,
        teachers=taught.teachers if taught else None,
        progress=sys.stderr.isatty(),
    )
    earlier = records_of(plan.start)
    if taught:
        initialisation = {**initialisation, "teachers": taught.source}
        earlier += taught.records
    record = record_training(plan.recipe.name, plan.seed, plan.fold, examples, initialisation, earlier, plan.command)
    return deliver(plan.recipe, learner.networks(), record, calibration, plan.work / BUNDLES)


def _start(plan: Plan, learner: Learner) -> Mapping[str, str]:
    if plan.start:
        return start_from_bundles(learner, plan.start)
    if plan.pretrained is not None:
        return start_from_file(learner, plan.recipe, plan.pretrained)
    return {"source": "random"}


def _training_set(plan: Plan, examples: Sequence[Example], part: Part, outliner: Segmenter | None) -> TrainingSet:
    chosen = [example for example in examples if example.part is part]
    variants = make_variants(chosen, plan.recipe.preprocessing)
    masks = predict_masks(outliner, variants) if outliner else None
    return TrainingSet(chosen, variants, plan.recipe, plan.seed, masks)
