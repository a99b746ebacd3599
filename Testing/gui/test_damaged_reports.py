"""A report that was damaged, or written by another version, is shown as far as it goes or refused in one sentence."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from BreastUSAILib.client.jobs.rescore_job import optionsOf
from BreastUSAILib.engine.errors import BreastUSAIError
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.sections.overlay_section import OverlaySection
from BreastUSAILib.gui.sections.reader_section import ReaderSection
from BreastUSAILib.gui.sections.result_section import ResultSection
from BreastUSAILib.scene.results.stored_report import storedReport
from Testing.gui import reports
from Testing.gui.panel_file import add_result

READER = {"birads": "4A", "comment": "", "at": "2026-11-25T14:03:00+01:00"}
MORE = {"reader_assessment": READER, "lesion_names": {"1": "Zyste"}}
SOUND = {
    "still": {**reports.still().analysis.to_json(), **MORE},
    "flagged": {**reports.flagged().analysis.to_json(), **MORE},
    "cine": {**reports.cine().analysis.to_json(), **MORE},
    "volume": {**reports.volume().analysis.to_json(), **MORE},
    "rescored": {**reports.rescored().analysis.to_json(), **MORE},
    "rejected": {**reports.rejected().analysis.to_json(), **MORE},
}
FOREIGN = (None, True, -1, 0, 7, 10**30, 1e300, 0.5, "", "other", [], [1], {}, {"a": 1}, float("nan"))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every key of a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


PLACES = [(kind, path) for kind, report in SOUND.items() for path in places(report)]


class Blocks:
    """What the panel shows of a report, all of it."""

    def __init__(self, ui: Any, parameters: Any) -> None:
        self.ui, self.parameters = ui, parameters
        self.report = add_result(parameters, InputKind.STILL).report
        self.result, self.overlay = ResultSection(ui, parameters), OverlaySection(ui, parameters)
        self.reader = ReaderSection(ui, parameters, lambda: None)

    def read(self, text: str) -> None:
        """As after the node's text has changed; then what a reader may click."""
        self.report.SetText(text)
        self.reader._parameters.parameterNode.SetNodeReferenceID("readerImage", None)
        for block in (self.result, self.overlay, self.reader):
            block.refresh()
        self.result.goToKeyFrame(1)
        self.ui.copyLesionsButton.click()
        self.ui.resultSection.grab()

    def options(self) -> None:
        """What re-scoring does with it first; its errors end in a sentence."""
        with suppress(BreastUSAIError):
            optionsOf(storedReport(self.report).analysis)


@pytest.fixture
def blocks(ui, parameters):
    return Blocks(ui, parameters)


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_report_is_shown(blocks, kind):
    blocks.read(json.dumps(SOUND[kind]))

    assert blocks.result.report is not None
    assert not blocks.ui.resultBody.isHidden()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=st.sampled_from(("drop", *FOREIGN)))
def test_any_key_may_be_missing_or_hold_something_else(blocks, place, value):
    kind, path = place
    report = copy.deepcopy(SOUND[kind])
    inner: Any = report
    for key in path[:-1]:
        inner = inner[key]
    if value == "drop":
        del inner[path[-1]]
    else:
        inner[path[-1]] = value

    blocks.read(json.dumps(report))

    assert blocks.result.report is not None or "Analyze the image again." in blocks.ui.resultEmptyLabel.text
    blocks.options()


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", "null", "[" * 100_000, '{"schema_version": "1.0.0"}'])
def test_other_text_is_one_sentence(blocks, text):
    blocks.read(text)

    assert blocks.result.report is None
    assert blocks.ui.resultEmptyLabel.text.endswith("Analyze the image again.")


@pytest.mark.parametrize("version", ["2.0.0", "0.9", 2, None, [], ""])
def test_another_major_version_is_said(blocks, version):
    blocks.read(json.dumps({**SOUND["still"], "schema_version": version}))

    assert "another version of BreastUSAI" in blocks.ui.resultEmptyLabel.text


def test_a_later_minor_version_is_shown(blocks):
    blocks.read(json.dumps({**SOUND["still"], "schema_version": "1.99.0", "elasticity": {"kPa": 40}}))

    assert blocks.result.report is not None
    assert blocks.result.report.analysis == reports.still().analysis


def test_an_assessment_that_cannot_be_read_is_ignored(blocks):
    blocks.read(json.dumps({**SOUND["still"], "reader_assessment": {"birads": "4A"}}))

    assert blocks.parameters.readerAt == ""
