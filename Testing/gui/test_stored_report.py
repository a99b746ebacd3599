"""What a report node holds comes back as the findings that were put in, with what a reader added."""

from __future__ import annotations

import json

import pytest

from BreastUSAILib.engine.findings.analysis import NO_MAPS
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.scene.results.reader.reader_assessment import ReaderAssessment, addReaderAssessment
from BreastUSAILib.scene.results.report_node import NAMES_KEY, addReportNode, addToReport
from BreastUSAILib.scene.results.stored_report import storedReport
from Testing.scene.analyses import analysis_of, finished, marked_frames

ASSESSMENT = ReaderAssessment("4A", "irregular", "2026-11-25T14:03:00+01:00")


@pytest.fixture
def node(scene):
    return finished(addReportNode(scene, "Report", analysis_of(marked_frames(InputKind.VOLUME, 3))))


def test_the_findings_are_those_that_were_put_in_and_their_maps_are_absent(node):
    stored = storedReport(node)

    assert stored.analysis.to_json() == json.loads(node.GetText())
    assert stored.analysis.maps is NO_MAPS
    assert stored.analysis.maps.frames == ()
    assert (stored.reader, stored.lesionNames) == (None, {})


def test_what_a_reader_added_stands_beside_them(node):
    addReaderAssessment(None, node, ASSESSMENT)
    addToReport(node, NAMES_KEY, {"2": "Cyst", "first": "no number", "3": 7})
    stored = storedReport(node)

    assert stored.reader == ASSESSMENT
    assert stored.lesionNames == {2: "Cyst"}


def test_the_same_text_is_read_once(node):
    assert storedReport(node) is storedReport(node)
