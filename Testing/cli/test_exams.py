"""`breastusai compare` and `breastusai pair`: from stored results or images to words, JSON and a table."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from BreastUSAILib.__main__ import main
from BreastUSAILib.engine.findings.analysis import Malignancy
from BreastUSAILib.report.json_file import write_json
from Testing.report.samples import analysis_of, frames_of

PLAIN = str.maketrans({"\N{NO-BREAK SPACE}": " "})


@pytest.fixture
def exams(tmp_path):
    """Folders of results of two exams, the lesion of the second a tenth longer."""
    before = analysis_of(frames_of(spacing=(0.1, 0.1)))
    lesion = before.lesions[0]
    grown = replace(lesion, long_axis_mm=1.1 * lesion.long_axis_mm)
    malignancy = Malignancy(0.5, 0.4, 0.6)
    after = replace(before, lesions=(grown,), verdict=replace(before.verdict, malignancy=malignancy))
    folders = tmp_path / "before", tmp_path / "after"
    for folder, analysis in zip(folders, (before, after), strict=True):
        folder.mkdir()
        write_json(analysis, folder / "analysis.json")
    return [str(folder) for folder in folders]


def test_a_change_is_told_in_words(exams, capsys):
    assert main(["compare", *exams]) == 0
    said = capsys.readouterr().out.translate(PLAIN)
    assert "lesion 1 before is lesion 1 after (suggested)" in said
    assert "longest axis" in said
    assert "(+10 %)" in said
    assert "likelihood of malignancy 87 % to 50 % (-37 percentage points), beyond the error" in said
    assert "Research use only" in said


def test_two_views_are_one_lesion_with_one_likelihood(exams, capsys):
    assert main(["pair", *exams, "--pair", "1:1"]) == 0
    said = capsys.readouterr().out.translate(PLAIN)
    assert "lesion 1 in the first view is lesion 1 in the second view\n" in said
    assert "likelihood of malignancy 87 % and 50 %" in said
    assert "both views together: likelihood 72 %" in said  # the mean of the log-odds of .87 and .5


def test_it_is_written_as_json_and_as_a_table(exams, tmp_path, capsys):
    assert main(["compare", *exams, "--output", str(tmp_path / "change"), "--json"]) == 0
    document = json.loads((tmp_path / "change" / "comparison.json").read_text("utf-8"))
    assert json.loads(capsys.readouterr().out) == document
    with (tmp_path / "change" / "comparison.csv").open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    by_name = {row["measure"]: row for row in rows}
    assert float(by_name["likelihood"]["difference"]) == pytest.approx(-0.37, abs=0.005)
    assert by_name["likelihood"]["within_error"] == "no"


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "no such file"), ("{", "this is no result of BreastUSAI"), ("[]", "this is no result of BreastUSAI")],
)
def test_what_is_no_result_is_one_line(exams, tmp_path, capsys, content, said):
    other = tmp_path / "other.json"
    if content is not None:
        other.write_text(content)
    assert main(["compare", exams[0], str(other)]) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""
    assert told.err.count("\n") == 1


def test_a_lesion_that_is_not_there_is_named_with_those_that_are(exams, capsys):
    assert main(["compare", *exams, "--pair", "2:1"]) == 1
    assert "the first result has no lesion 2. Its lesions are: 1." in capsys.readouterr().err
    assert main(["compare", *exams, "--pair", "1:1", "--pair", "1:2"]) == 1
    assert "two partners" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["compare", *exams, "--pair", "one"])
