"""Controls: a reader that reads the class off something that is no lesion is caught, and one that does not is not."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from rich.console import Console
from scipy import ndimage

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.findings.analysis import Analysis, Label, Malignancy, Probabilities, Verdict
from BreastUSAILib.engine.images.frames import Frames
from Testing.made_up import speckle
from Training.__main__ import main
from Training.cards.card import write_card
from Training.data.example import CLASS_NAMES
from Training.data.loading import load_examples
from Training.measure.controls.changed_images import with_dotted_line
from Training.measure.controls.control_figures import MARKED, OUTLINED, control_figures, print_controls
from Training.measure.controls.controls import (
    NO_MARKS,
    Control,
    ControlRow,
    control_rows,
    read_control_rows,
    write_control_rows,
)
from Training.measure.figures import intervals
from Training.measure.rows.run import Measurement
from Training.measure.rows.subject import Split, find_subject

from ..samples import COLUMNS, ROWS, disc, write_segmenter

AUC = "AUC, benign against malignant"
LESION_AUC = "AUC, lesion against normal"
P_LESION = "normals: P(lesion)"
CORNER = np.s_[:12, :12]


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "ROUNDS", 20)


Score = Callable[[np.ndarray], float]
"""What a reader makes of an image ``[H, W]``: the higher, the more a lesion, and the more malignant."""


def reads_the_lesion(gray: np.ndarray) -> float:
    return 6 - gray[ROWS // 2 - 5 : ROWS // 2 + 5, COLUMNS // 2 - 5 : COLUMNS // 2 + 5].mean() / 8


def reads_the_margin(gray: np.ndarray) -> float:
    return (gray[CORNER].mean() - 140) / 20


def reads_calipers(gray: np.ndarray) -> float:
    return 0.2 * (gray > 150).sum() - 3


@dataclass(frozen=True)
class Reader:
    """Stands for the analyzer: what it says depends on one thing alone. It outlines what `analysis` does."""

    score: Score
    analysis: Analysis

    def analyze(self, frames: Frames) -> Analysis:
        """The analysis with this image's verdict."""
        share = 1 / (1 + np.exp(-self.score(frames.gray(0))))
        label = Label.NORMAL if share < 0.3 else Label.MALIGNANT if share > 0.5 else Label.BENIGN
        found = Probabilities(1 - share, share * (1 - share), share * share)
        return replace(self.analysis, verdict=Verdict(label, found, Malignancy(share, share, share), 0))


def write_collection(folder: Path, labels: Sequence[str], *, corner: bool = False, marks: str = "") -> Path:
    """A table of speckle with a disc for a lesion, one image a patient, all for testing.

    Malignant lesions are darker; with `corner`, their images have a bright corner. `marks`: every other lesion has
    calipers, and the column ``calipers`` says so.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, label in enumerate(labels):
        image = ndimage.uniform_filter(speckle(number, ROWS, COLUMNS)[0], (3, 5))
        image[disc()] //= 1 + CLASS_NAMES.index(label)
        if corner and label == "malignant":
            image[CORNER] = 220
        marked = bool(marks) and label != "normal" and number // 3 % 2 == 0
        if marked:
            image = with_dotted_line(image, np.random.default_rng(number))
        Image.fromarray(image).save(folder / f"{number}.png")
        line = {"image": f"{number}.png", "label": label, "mask": "", "group": number, "part": "test"}
        if label != "normal":
            Image.fromarray(disc().astype(np.uint8) * 255).save(folder / "disc.png")
            line["mask"] = "disc.png"
        if marks:
            line["calipers"] = "yes" if marked else "no"
        lines.append(line)
    path = folder / "made-up.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


Measure = Callable[[Score, Path], list[ControlRow]]


@pytest.fixture(scope="session")
def analysis(pair: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """Of an image of this size, with nothing outlined."""
    folder = tmp_path_factory.mktemp("one")
    (example,) = load_examples(write_collection(folder, ["benign"]))
    segmenter = write_segmenter(folder, settings={"threshold": 0.999, "smallest_lesion": 0.0005})
    return Analyzer(find_subject([pair[0], segmenter]).load(), "cpu").analyze(example.frames())


@pytest.fixture
def measure(pair: list[Path], analysis: Analysis) -> Measure:
    """The rows of a table's controls by a reader of one thing."""
    measurement = Measurement(find_subject(pair), Split(1, None), ("elsewhere",), neighbor=None)
    return lambda score, table: control_rows(measurement, Reader(score, analysis), load_examples(table))


def figures_of_control(rows: Sequence[ControlRow], control: str) -> dict[str, Any]:
    (found,) = control_figures(rows)["controls"].values()
    return found[control]["figures"]


ALL = [*CLASS_NAMES] * 8


@pytest.mark.parametrize(("score", "caught"), [(reads_the_margin, True), (reads_the_lesion, False)])
def test_a_reader_that_reads_the_class_off_the_margin_is_caught(
    score: Score, caught: bool, measure: Measure, tmp_path: Path
) -> None:
    rows = measure(score, write_collection(tmp_path, ALL, corner=True))
    found = figures_of_control(rows, Control.MASKED_OUT.value)
    assert found[AUC]["before"]["value"] > 0.95
    assert (found[AUC]["after"]["value"] > 0.95) == caught
    assert found[AUC]["beyond_chance"] == caught
    assert found["the same by the lesion's size alone"]["after"]["value"] == 0.5  # all are equally large
    if not caught:  # a lesion that is not there is none
        assert found[LESION_AUC]["before"]["value"] > 0.95
        assert not found[LESION_AUC]["beyond_chance"]
        assert found["lesions: P(lesion)"]["difference"]["value"] < -0.2


@pytest.mark.parametrize(("score", "caught"), [(reads_calipers, True), (reads_the_margin, False)])
def test_a_reader_that_reads_a_lesion_off_calipers_is_caught(
    score: Score, caught: bool, measure: Measure, tmp_path: Path
) -> None:
    rows = measure(score, write_collection(tmp_path, ALL, marks="yes"))
    for control in (Control.DOTTED_LINE, Control.ELLIPSE):
        found = figures_of_control(rows, control.value)
        assert found[P_LESION]["before"]["n"] == 8
        assert found[P_LESION]["beyond_chance"] == caught
        assert (found[P_LESION]["difference"]["value"] > 0.2) == caught
    painted = figures_of_control(rows, Control.PAINTED_OUT.value)
    assert (painted["lesions: P(lesion)"]["difference"]["value"] < -0.2) == caught
    apart = figures_of_control(rows, MARKED)
    assert (apart["lesions: P(lesion)"]["difference"]["value"] > 0.2) == caught
    assert apart["lesions: P(lesion)"]["before"]["n"] == apart["lesions: P(lesion)"]["after"]["n"] == 8
    called = figures_of_control(rows, Control.DOTTED_LINE.value)["normals called normal"]
    assert (called["before"]["value"] > called["after"]["value"]) == caught


@pytest.fixture
def rows(measure: Measure, tmp_path: Path) -> list[ControlRow]:
    return measure(reads_the_lesion, write_collection(tmp_path / "data", [*CLASS_NAMES] * 4, marks="yes"))


def test_every_image_is_measured_as_it_is_and_once_a_control_that_concerns_it(rows: list[ControlRow]) -> None:
    by_label: dict[str, set[Control]] = {name: set() for name in CLASS_NAMES}
    for one in rows:
        by_label[one.row.label].add(one.control)
    lesion = {Control.UNTOUCHED, Control.MASKED_OUT, Control.PAINTED_OUT}
    assert by_label["normal"] == {Control.UNTOUCHED, Control.MASKED_OUT, Control.DOTTED_LINE, Control.ELLIPSE}
    assert by_label["benign"] == by_label["malignant"] == lesion
    keys = [(one.control, one.row.name) for one in rows]
    assert len(keys) == len(set(keys)) == 12 * 2 + 4 * 2 + 4


def test_the_same_images_change_alike_whatever_else_is_measured(measure: Measure, tmp_path: Path) -> None:
    table = write_collection(tmp_path, [*CLASS_NAMES] * 2)
    first = measure(reads_the_lesion, table)
    text = table.read_text().splitlines()
    table.write_text("\n".join([text[0], *reversed(text[1:])]) + "\n")
    again = measure(reads_the_lesion, table)
    key = lambda one: (one.row.name, one.control.value)  # noqa: E731
    for one, two in zip(sorted(first, key=key), sorted(again, key=key), strict=True):
        assert (one.row.malignant, one.change) == (two.row.malignant, two.change)


def test_figures_come_from_the_table_alone_and_evaluate_does_not_take_it(
    rows: list[ControlRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "controls.csv"
    write_control_rows(rows, path)
    assert control_figures(read_control_rows(path)) == control_figures(rows)
    assert main(["controls", "--from-rows", str(path), "--output", str(tmp_path / "again")]) == 0
    document = json.loads((tmp_path / "again" / "controls.json").read_text())
    assert document["command"] == f"python -m Training controls --from-rows {path}"
    assert (tmp_path / "again" / "controls.csv").read_bytes() == path.read_bytes()
    assert main(["evaluate", "--from-rows", str(path)]) == 1
    assert "comes twice" in capsys.readouterr().err


def test_images_in_which_no_mark_was_found_count_as_not_changed(rows: list[ControlRow]) -> None:
    lost = next(one for one in rows if one.control is Control.PAINTED_OUT)
    others = [one for one in rows if one is not lost]
    found = control_figures([*others, replace(lost, change=NO_MARKS)])["controls"]["made-up"]
    own = found[Control.PAINTED_OUT.value]
    assert own["changes"] == {"marks found": 3, NO_MARKS: 1}
    assert own["figures"]["lesions: P(lesion)"]["after"]["n"] == 3


def test_a_changed_image_that_is_refused_is_counted_and_left_out_of_both_sides(rows: list[ControlRow]) -> None:
    lost = next(one for one in rows if one.control is Control.MASKED_OUT and one.row.label == "benign")
    nothing = replace(lost.row, normal=float("nan"), refused=True)
    found = control_figures([replace(one, row=nothing) if one is lost else one for one in rows])["controls"]["made-up"]
    own = found[Control.MASKED_OUT.value]
    assert own["changes"]["without a result before or after"] == 1
    assert own["images"] == {"normal": 4, "benign": 3, "malignant": 4}
    assert own["figures"]["lesions: P(lesion)"]["before"]["n"] == 7


def test_what_a_collection_cannot_be_part_of_is_said_in_a_line(measure: Measure, tmp_path: Path) -> None:
    lesions = write_collection(tmp_path / "lesions", ["benign"] * 4)
    normals = write_collection(tmp_path / "normals", ["normal"] * 4)
    unmarked = write_collection(tmp_path / "unmarked", ["normal"] * 3 + ["benign"] * 3, marks="yes")
    unmarked.write_text(unmarked.read_text().replace("yes", "no"))
    told = {}
    for table in (lesions, normals, unmarked):
        out = io.StringIO()
        print_controls(control_figures(measure(reads_the_lesion, table)), Console(file=out, width=200))
        told[table.parent.name] = [line for line in out.getvalue().splitlines() if "cannot be part of" in line]
    assert [line.split(": ")[-1].strip() for line in told["lesions"]] == [
        "it has no normals.",
        "it has no normals.",
        *["its table does not say which lesions have marks (a column calipers, yes or no)."] * 2,
    ]
    assert [line.split(": ")[-1].strip() for line in told["normals"]] == [
        "none of its lesions has a mask.",
        "it has no lesions.",
        "it has no lesions.",
    ]
    assert [line.split(": ")[-1].strip() for line in told["unmarked"]] == ["none of its lesions has marks."] * 2


def test_the_command_measures_bundles_and_the_card_shows_what_it_found(
    pair: list[Path], table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = [Path(shutil.copytree(bundle, tmp_path / bundle.name)) for bundle in pair]  # their cards are written anew
    assert main(["controls", *map(str, own), "--data", str(table), "--output", str(tmp_path)]) == 0
    assert "made-up, lesion masked out: " in capsys.readouterr().out
    rows = read_control_rows(tmp_path / "controls.csv")
    assert {one.row.group for one in rows} == {f"made-up {case}" for case in (6, 7, 8)}  # the test part alone
    for bundle, figure in ((own[0], AUC), (own[1], f"lesions: {OUTLINED}")):
        text = write_card(bundle, [], None, tmp_path / "controls.json")
        section = text[text.index("## Controls") : text.index("## What was tried")]
        assert f"| {figure} |" in section
        assert "python -m Training controls " in section
        assert "made-up cannot be part of 'marks painted out'" in section
        assert (AUC in section) != (OUTLINED in section)
    assert "## Controls\n\nNot measured." in write_card(own[0], [])


def test_patients_that_were_trained_on_are_refused(
    pair: list[Path], table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["controls", *map(str, pair), "--data", str(table), "--train-on", "other"]) == 1
    assert "trained or calibrated on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["controls"], "nothing to measure"),
        (["controls", "BUNDLE", "--from-rows", "controls.csv"], "runs nothing"),
        (["controls", "--from-rows", "no-such.csv"], "no-such.csv"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    err = capsys.readouterr().err
    assert told in err
    assert len(err.splitlines()) == 1


def test_a_table_of_another_command_is_refused(rows: list[ControlRow], tmp_path: Path) -> None:
    from Training.measure.rows.row import write_rows

    write_rows([one.row for one in rows if one.control is Control.UNTOUCHED], tmp_path / "rows.csv")
    with pytest.raises(InputError, match="not a table of controls"):
        read_control_rows(tmp_path / "rows.csv")
