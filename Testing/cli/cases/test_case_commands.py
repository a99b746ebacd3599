"""`breastusai library` and `breastusai similar`: from images and tables to a library and to neighbors."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from BreastUSAILib.cli.arguments import parser
from BreastUSAILib.cli.cases.case_inputs import LONGEST_SIDE, thumbnail
from BreastUSAILib.cli.cases.library import run_library
from BreastUSAILib.cli.cases.similar import run_similar
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Rectangle
from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.similar.library import facts_of, picture_of, read_signatures, verify_library
from BreastUSAILib.engine.similar.library_file import opened_for_reading
from BreastUSAILib.engine.similar.lookup import SimilarSearch
from BreastUSAILib.engine.similar.signature import Asked, picture_hash
from Testing.engine.similar.made_up_cases import CLASSIFIER, FEATURES, OTHER_CLASSIFIER
from Testing.report.samples import analysis_of


class MadeUpAnalyzer:
    """Signs an image by its mean gray level, which is as good as any network for what these tests are about."""

    signature_length = FEATURES

    def __init__(self, classifier=CLASSIFIER) -> None:
        self.models = SimpleNamespace(classifier=SimpleNamespace(identity=classifier))
        self.analyzed: list[str] = []

    def analyze_and_sign(self, frames):
        gray = frames.gray(0)
        self.analyzed.append(frames.name)
        if gray.max() == gray.min():
            return analysis_of(frames), None
        features = np.full(FEATURES, 0.1, np.float32)
        features[int(gray.mean()) * FEATURES // 256] = 1
        square = np.asarray(Image.fromarray(gray).resize((64, 64)), np.float32)
        return analysis_of(frames), Asked(0, features, picture_hash(square))

    def analyze(self, frames, options):
        from dataclasses import replace

        analysis, asked = self.analyze_and_sign(frames)
        similar = SimilarSearch().similar_or_why_not(
            SimpleNamespace(of=lambda _: asked), 0, options.similar, self.models.classifier.identity
        )
        return replace(analysis, similar=similar)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Four pictures in folders that are named after classes, and one that is all black."""
    folder = tmp_path / "exams"
    for number, label in enumerate(("benign", "benign", "malignant", "malignant")):
        (folder / label).mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 100 + 40 * number, (90, 120)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / label / f"{number}.png")
    return folder


@pytest.fixture
def run():
    """Runs a command with the made-up analyzer; gives its exit status, what it said and what it complained of."""

    def run_it(*words: object, analyzer=None):
        chosen = parser().parse_args([str(word) for word in words])
        terminal = Terminal(io.StringIO(), io.StringIO())
        command = run_similar if chosen.command == "similar" else run_library
        status = command(chosen, terminal, lambda _: analyzer or MadeUpAnalyzer(), read)
        return status, terminal.out.getvalue(), terminal.err.getvalue()

    return run_it


def _facts(folder: Path):
    with opened_for_reading(folder) as connection:
        ids = [int(one) for one in read_signatures(connection, folder).ids]
        return list(facts_of(connection, ids).values())


def test_a_folder_of_images_becomes_a_library(run, images, tmp_path) -> None:
    status, said, _ = run("library", "build", tmp_path / "lib", images, "--proven", "biopsy", "--source", "ours")

    assert status == 0
    assert said.startswith("4 cases were added")
    facts = _facts(tmp_path / "lib")
    assert sorted(one.label for one in facts) == ["benign", "benign", "malignant", "malignant"]
    assert {(one.proven, one.source) for one in facts} == {("biopsy", "ours")}
    assert all(one.area_share for one in facts)  # measured, since nobody said
    assert verify_library(tmp_path / "lib") == []


def test_a_table_says_what_is_known_of_each_image(run, images, tmp_path) -> None:
    table = images / "cases.csv"
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["image", "label", "birads", "histology", "size_mm", "patient"])
        rows.writerow(["benign/0.png", "benign", "3", "fibroadenoma", "11.5", "Doe^Jane"])
        rows.writerow(["malignant/2.png", "strange", "", "", "", ""])
        rows.writerow(["nowhere.png", "benign", "", "", "", ""])

    status, said, complained = run("library", "build", tmp_path / "lib", table)

    assert status == 1
    assert "1 cases were added" in said
    assert "2 could not be added" in said
    assert "row 3" in complained
    assert "nowhere.png" in complained
    (facts,) = _facts(tmp_path / "lib")
    assert (facts.birads, facts.histology, facts.size_mm) == ("3", "fibroadenoma", 11.5)
    assert b"Doe" not in (tmp_path / "lib" / "library.sqlite").read_bytes()


def test_an_interrupted_command_is_run_again_and_analyzes_only_what_is_missing(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images / "benign")
    analyzer = MadeUpAnalyzer()

    status, said, _ = run("library", "add", tmp_path / "lib", images, analyzer=analyzer)

    assert status == 0
    assert "2 cases were added" in said
    assert "2 were there before" in said
    assert analyzer.analyzed == ["2", "3"]


def test_an_image_without_a_verdict_is_named_and_left_out(run, images, tmp_path) -> None:
    Image.new("L", (100, 80)).save(images / "black.png")

    status, said, complained = run("library", "build", tmp_path / "lib", images)

    assert status == 1
    assert "4 cases were added" in said
    assert "black.png" in complained


def test_a_library_is_not_extended_by_another_classifier(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images / "benign")

    status, _, complained = run("library", "add", tmp_path / "lib", images, analyzer=MadeUpAnalyzer(OTHER_CLASSIFIER))

    assert status == 1
    assert "was made with the classifier made_up" in complained
    assert len(_facts(tmp_path / "lib")) == 2


def test_building_over_a_library_is_refused(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images)

    status, _, complained = run("library", "build", tmp_path / "lib", images)

    assert status == 1
    assert "a library already" in complained
    assert len(_facts(tmp_path / "lib")) == 4


def test_info_verify_and_remove(run, images, tmp_path) -> None:
    folder = tmp_path / "lib"
    run("library", "build", folder, images, "--name", "our clinic")

    assert "our clinic" in run("library", "info", folder)[1]
    assert "2 benign, 2 malignant" in run("library", "info", folder)[1]
    assert run("library", "verify", folder)[0] == 0
    assert run("library", "remove", folder, 1, 3)[:2] == (0, f"2 of 2 cases were removed from {folder}\n")
    assert run("library", "remove", folder, 1)[0] == 1
    assert run("library", "verify", tmp_path / "nowhere")[0] == 1
    (folder / "library.sqlite").write_bytes(b"rubbish" * 1000)
    assert run("library", "verify", folder)[0] == 1


def test_similar_shows_cases_and_their_vote(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images, "--proven", "biopsy")

    status, said, _ = run("similar", images / "malignant" / "3.png", "--library", tmp_path / "lib", "--count", 2)

    assert status == 0
    assert "too small to say which cases are close" in said
    assert "(biopsy)" in said
    assert "Left out: 1" in said  # the picture itself is in the library


def test_similar_speaks_json(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images)

    status, said, _ = run("similar", images / "benign", "--library", tmp_path / "lib", "--json", "--metric", "cosine")

    documents = [json.loads(line) for line in said.splitlines()]
    assert status == 0
    assert [len(one["similar"]["neighbors"]) for one in documents] == [3, 3]
    assert {one["similar"]["metric"] for one in documents} == {"cosine"}
    assert str(tmp_path) not in json.dumps([one["similar"] for one in documents])


def test_similar_without_a_library_says_what_to_do(run, images, tmp_path) -> None:
    status, _, complained = run("similar", images / "benign" / "0.png", "--library", tmp_path / "none")

    assert status == 1
    assert "there is no library of past cases. Build one with 'breastusai library build'" in complained


def test_an_image_that_cannot_be_read_costs_no_other(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images)
    (images / "broken.png").write_bytes(b"nothing")

    status, said, complained = run(
        "similar", images / "broken.png", images / "benign" / "0.png", "--library", tmp_path / "lib"
    )

    assert status == 1
    assert "broken.png" in complained
    assert "0.png" in said


def test_a_thumbnail_is_small_and_shows_the_analyzed_area_alone(images, tmp_path) -> None:
    frames = next(read(images / "malignant" / "3.png"))
    assert not isinstance(frames, InputError)

    with Image.open(io.BytesIO(thumbnail(frames, 0, Rectangle(20, 10, 60, 30)))) as picture:
        assert picture.size == (60, 30)
        assert max(picture.size) <= LONGEST_SIDE


def test_without_thumbnails_the_library_keeps_paths_alone(run, images, tmp_path) -> None:
    run("library", "build", tmp_path / "lib", images, "--no-thumbnails")

    picture = picture_of(tmp_path / "lib", 1)

    assert picture.thumbnail == b""
    assert Path(picture.file).is_file()
