"""The block "Similar past cases": asks the library that was chosen, and shows what it gave."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest
from PIL import Image

from BreastUSAILib.client.jobs.analysis_request import analyzeOptions
from BreastUSAILib.client.similar_library import chooseLibrary, chosenLibrary
from BreastUSAILib.engine.findings.similar_cases import LibrarySummary, Neighbor, SimilarCases, SimilarRequest, Vote
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.similar.case import CaseFacts, NewCase
from BreastUSAILib.engine.similar.library import add_cases, build_library
from BreastUSAILib.gui.similar.similar_section import SimilarSection
from BreastUSAILib.scene.results.report_node import addToReport
from BreastUSAILib.scene.views.slice_views import volumesShown
from Testing.engine.similar.made_up_cases import CLASSIFIER, FEATURES, features_of, hash_of
from Testing.gui.panel_file import add_result
from Testing.host.qt.qt_names import FileChoices


@pytest.fixture(autouse=True)
def _fresh_settings(application):
    application.userSettings().clear()
    yield
    application.userSettings().clear()


def jpeg(level):
    stored = io.BytesIO()
    Image.new("L", (40, 30), level).save(stored, format="JPEG")
    return stored.getvalue()


@pytest.fixture
def library(tmp_path):
    """Three cases: one with a thumbnail, one with its file, one of which nothing but facts is known."""
    folder = tmp_path / "library"
    about = build_library(folder, CLASSIFIER, FEATURES, "ours")
    file = tmp_path / "second.png"
    Image.fromarray(np.full((50, 60), 77, np.uint8)).save(file)
    pictures = (("", jpeg(200)), (str(file), b""), ("", b""))
    for seed, (path, small) in enumerate(pictures):
        features, pixels = features_of("benign", seed), bytes([seed] * 16)
        add_cases(folder, [NewCase(CaseFacts("benign"), features, hash_of(seed), pixels, "", path, 0, small)])
    return folder, about.id


@pytest.fixture
def similar(library):
    return SimilarCases(
        0,
        LibrarySummary(library[1], "ours", 3, CLASSIFIER.sha256),
        near_within=0.5,
        neighbors=(
            Neighbor(1, 0.2, 10.0, "benign", "biopsy", "3", "fibroadenoma", 12.0),
            Neighbor(2, 0.4, 60.0, "malignant"),
            Neighbor(3, 0.9, 100.0, "unknown"),
        ),
        votes=(Vote("benign", 1), Vote("malignant", 1)),
    )


@pytest.fixture
def section(ui, parameters, library, similar):
    nodes = add_result(parameters)
    addToReport(nodes.report, "similar", json.loads(json.dumps(dataclasses.asdict(similar))))
    chooseLibrary(str(library[0]))
    block = SimilarSection(ui, parameters)
    yield block
    block.cleanup()


def rows(ui):
    listed = ui.similarListWidget
    return [listed.item(row).text() for row in range(listed.count)]


def click(ui, row):
    ui.similarListWidget.itemClicked.emit(ui.similarListWidget.item(row))


def test_the_cases_of_the_report_are_listed_with_their_vote(section, ui):
    assert ui.similarVoteLabel.text.startswith("Of 2 close cases: 1 benign, 1 malignant. The network says: ")
    assert rows(ui)[
        0
    ] == "benign (biopsy), BI-RADS 3, fibroadenoma, 12 mm\ndistance 0.20, nearer than 90 % of nearest cases".replace(
        "90 %", "90\N{NO-BREAK SPACE}%"
    )
    assert rows(ui)[2] == "unknown\ndistance 0.90, not close"
    assert not ui.similarListWidget.item(0).icon().isNull()
    assert ui.similarListWidget.item(2).icon().isNull()


def test_without_similar_cases_the_block_says_how_to_get_some(ui, parameters):
    add_result(parameters)
    SimilarSection(ui, parameters)

    assert ui.similarVoteLabel.text == "Check the box above; the next analysis looks for cases."
    assert rows(ui) == []


def test_a_library_that_could_not_be_asked_is_said_in_words(ui, parameters):
    nodes = add_result(parameters)
    problem = dataclasses.asdict(SimilarCases(0, problem="There is none. Build one."))
    addToReport(nodes.report, "similar", json.loads(json.dumps(problem)))
    SimilarSection(ui, parameters)

    assert ui.similarVoteLabel.text == "There is none. Build one."


def test_a_result_that_must_not_be_seen_is_not(section, ui):
    section.refresh(None)

    assert rows(ui) == []
    assert "close" not in ui.similarVoteLabel.text


@pytest.mark.parametrize(("row", "shape", "level"), [(0, (30, 40), 200), (1, (50, 60), 77)])
def test_a_click_shows_the_case_beside_the_image(section, ui, parameters, scene, row, shape, level):
    from BreastUSAILib.scene.mrml.image_data import arrayFromImage

    click(ui, row)

    (case,) = [node for node in volumesShown(scene) if node is not parameters.inputVolume]
    pixels = arrayFromImage(case.GetImageData())[0]
    assert pixels.shape == shape
    assert abs(int(pixels.mean()) - level) <= 1
    assert not ui.similarCloseButton.isHidden()

    ui.similarCloseButton.click()
    assert case.GetScene() is None
    assert ui.similarCloseButton.isHidden()


def test_a_case_without_a_picture_is_told_in_words(section, ui, scene, parameters):
    before = scene.GetNumberOfNodes()

    click(ui, 2)

    assert "no picture of this case" in ui.similarVoteLabel.text
    assert scene.GetNumberOfNodes() == before


def test_the_case_goes_when_another_image_is_chosen(section, ui, parameters, scene):
    click(ui, 0)
    parameters.inputVolume = None

    section.refresh(parameters)

    assert ui.similarCloseButton.isHidden()


def test_another_librarys_cases_of_the_same_number_are_not_shown(section, ui, parameters, tmp_path):
    build_library(tmp_path / "other", CLASSIFIER, FEATURES)
    chooseLibrary(str(tmp_path / "other"))
    section.refresh(parameters)

    click(ui, 0)

    assert "another library" in ui.similarVoteLabel.text


def test_a_library_is_chosen_and_given_up_again(ui, parameters, monkeypatch):
    SimilarSection(ui, parameters)
    monkeypatch.setattr(FileChoices, "path", "/data/ours")

    ui.similarLibraryButton.click()
    assert (chosenLibrary(), parameters.similarCases) == ("/data/ours", True)
    assert ui.similarLibraryLabel.text == "Library: /data/ours"

    ui.similarShippedButton.click()
    assert ui.similarLibraryLabel.text == "Library: the one that comes with BreastUSAI"
    assert ui.similarShippedButton.isHidden()


def test_the_next_analysis_asks_what_was_chosen(parameters):
    assert analyzeOptions(parameters, InputKind.STILL).similar is None

    parameters.similarCases = True
    chooseLibrary("/data/ours")

    assert analyzeOptions(parameters, InputKind.STILL).similar == SimilarRequest("/data/ours")
