"""Leave one collection out: train on all others, measure on the whole left-out one, for each collection in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from BreastUSAILib.engine.bundles.bundle import METADATA, SUMS
from BreastUSAILib.engine.errors import InputError, OptionError

from ..calibration.outline_rules import calibrate_outlines, write_normal_below
from ..calibration.outlined import Outlined, outline_left_out, read_outlined, write_outlined
from ..data.example import Example
from ..data.loading import load_examples
from ..data.reserved import RESERVED, refuse_reserved, reserved_name
from ..measure.rows.evaluation import Question, measure_bundles
from ..measure.rows.row import COLUMNS_OF, UNKNOWN, Row, read_rows, write_rows
from ..measure.rows.subject import find_subject
from .plan import Plan
from .training import BUNDLES, run_training
from .weights.start import records_of
from .work_folder import claim_work_folder

OUTLINED = "outlined.json"
ROWS = "rows.csv"
STAMP = "measured-with.txt"
"""The hashes of the bundles that the rows are of: others are measured again."""


@dataclass(frozen=True)
class LeftOut:
    """One of the trainings: the collection that it leaves out, its plan, and its bundles once it is trained."""

    name: str
    plan: Plan

    @property
    def bundles(self) -> list[Path]:
        """Folders of its bundles; none before it has ended."""
        folder = self.plan.work / BUNDLES
        return sorted(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def leave_each_out(plan: Plan, base: Path, earlier: Path | None = None) -> list[Row]:
    """Train and measure without each collection in turn; one row for every image of one that its pair does not know.

    Reserved collections that are there are measured by each pair. What *normal* needs, and the rules for outlines, are
    chosen for each pair on what the others found on their left-out collections, never on its own. Every step that has
    ended is not done again: trainings go on from their checkpoints below `base`, and what was measured with the same
    bundles is read back.

    Args:
        plan: of every training, but for work folder and collections; its `train_on` are the collections to leave out
            in turn, None: all that are there and may be trained on.
        base: gets a folder for each collection.
        earlier: the `base` of an earlier call, from whose pairs the trainings start that leave out the same.

    Raises InputError or OptionError where the collections cannot be left out in turn, and what training raises.
    """
    if "lesion_mask" in plan.recipe.inputs:
        raise OptionError(
            f"the recipe {plan.recipe.name} reads the mask of a segmenter that was trained on these collections",
            remedy="Choose a recipe that reads the image alone",
        )
    examples = load_examples(plan.data, fold=plan.fold, duplicates=plan.duplicates)
    names = collections_of(examples, plan.train_on, plan.data)
    turns = [LeftOut(name, _without(plan, base, name, names)) for name in names]
    if earlier is not None:
        turns = [_from_earlier(turn, earlier) for turn in turns]
    for turn in turns:
        _refuse_what_has_seen(turn)
    for turn in turns:
        claim_work_folder(turn.plan)  # refuses what another training was begun in
        if len(turn.bundles) < len(plan.recipe.networks):
            run_training(turn.plan)
    if "classification" in plan.recipe.networks:
        _choose_rules(turns)
    return [row for turn in turns for row in _measured(turn)]


def collections_of(examples: Sequence[Example], asked: frozenset[str] | None, where: Path) -> list[str]:
    """The collections to leave out in turn. Raises OptionError or InputError where that makes no sense."""
    refuse_reserved(examples, asked)
    there = dict.fromkeys(one.dataset for one in examples if reserved_name(one) is None)
    absent = sorted((asked or frozenset()) - set(there))
    if absent:
        raise OptionError(
            f"the collection {', '.join(absent)} is not here", where=where, remedy=f"Choose from {', '.join(there)}"
        )
    names = [name for name in there if asked is None or name in asked]
    if len(names) < 2:
        raise OptionError(
            f"there is one collection alone, {names[0]}: left out, nothing is there to train on",
            where=where,
            remedy="Give two or more, three for a rule of what is normal that no training has seen",
        )
    for name in names:
        own = {one.label for one in examples if one.dataset == name}
        missing = sorted({"benign", "malignant"} - own)
        if missing:
            raise InputError(
                f"the collection {name} has no {' and no '.join(missing)} lesion",
                where=where,
                remedy="Leave it out by --train-on with the names of the others",
            )
    others_with_normals = {one.dataset for one in examples if one.label == "normal" and one.dataset in names}
    if len(others_with_normals) == 1:
        (only,) = others_with_normals
        print(f"note: only {only} has normals: the training without it learns them from lesion-free parts alone")
    if not others_with_normals:
        print("note: no collection has normals: they are learned from lesion-free parts alone")
    return names


def _from_earlier(turn: LeftOut, earlier: Path) -> LeftOut:
    bundles = LeftOut(turn.name, dataclasses.replace(turn.plan, work=earlier / turn.plan.work.name)).bundles
    if len(bundles) < len(turn.plan.recipe.networks):
        raise OptionError(
            f"there are no networks that were trained without {turn.name}",
            where=earlier,
            remedy="Give the work folder of a `loco` that has ended, of the same networks and collections",
        )
    return dataclasses.replace(turn, plan=dataclasses.replace(turn.plan, start=tuple(bundles)))


def _refuse_what_has_seen(turn: LeftOut) -> None:
    plan = turn.plan
    taught = [path for folder in plan.teachers for path in sorted(folder.iterdir()) if (path / METADATA).is_file()]
    for record in records_of((*plan.start, *taught)):
        if any(turn.name in trained_on for _, trained_on in record.splits()):
            raise OptionError(
                f"what this starts from or is taught by was trained on {turn.name}, which is to be left out",
                remedy="Start from weights that have seen none of the collections",
            )


def _without(plan: Plan, base: Path, name: str, names: Sequence[str]) -> Plan:
    others = frozenset(names) - {name}
    return dataclasses.replace(plan, work=base / f"without-{name}", train_on=others)


def _choose_rules(turns: Sequence[LeftOut]) -> None:
    found: Mapping[str, list[Outlined]] = {turn.name: _outlined(turn) for turn in turns}
    for turn in turns:
        others = [one for name, each in found.items() if name != turn.name for one in each]
        if len(turn.bundles) > 1:
            calibrate_outlines(turn.bundles, (), others)
        else:
            write_normal_below(turn.bundles[0], others)


def _outlined(turn: LeftOut) -> list[Outlined]:
    path = turn.plan.work / OUTLINED
    if path.is_file():
        return read_outlined(path)
    examples = load_examples(turn.plan.data, train_on=turn.plan.train_on, duplicates=turn.plan.duplicates)
    own = [one for one in examples if one.dataset == turn.name]
    found = outline_left_out(find_subject(turn.bundles).load(), own)
    write_outlined(found, path)
    return found


def _measured(turn: LeftOut) -> list[Row]:
    """Rows of the left-out collection and of reserved ones; those of the internal test part are in the table too."""
    path, stamp = turn.plan.work / ROWS, turn.plan.work / STAMP
    sums = "".join((bundle / SUMS).read_text(encoding="utf-8") for bundle in turn.bundles)
    if not path.is_file() or not stamp.is_file() or stamp.read_text(encoding="utf-8") != sums:
        question = Question(turn.bundles, turn.plan.data, turn.plan.fold, turn.plan.train_on, turn.plan.duplicates)
        write_rows([_of_networks(row, turn.plan.recipe.networks) for row in measure_bundles(question)], path)
        stamp.write_text(sums, encoding="utf-8")
    return [row for row in read_rows([path]) if row.dataset == turn.name or row.dataset in RESERVED]


def _of_networks(row: Row, tasks: Iterable[str]) -> Row:
    """The row without what a shipped partner gave, whose figures are not of this recipe."""
    partners = [columns for task, columns in COLUMNS_OF.items() if task not in tasks]
    return dataclasses.replace(row, **{name: UNKNOWN[name] for columns in partners for name in columns})
