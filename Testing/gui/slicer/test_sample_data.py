"""The phantoms in Slicer's Sample Data module, on the module itself where SLICER_SOURCE_DIR has it."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from urllib.parse import urlparse
from urllib.request import url2pathname

import numpy as np
import pytest
import slicer
from PIL import Image

from BreastUSAILib.gui.slicer import sample_data
from BreastUSAILib.gui.slicer.sample_data import CATEGORY, loadSource, registerSampleData, samples
from BreastUSAILib.scene.images import samples as shipped
from BreastUSAILib.scene.images import video
from BreastUSAILib.scene.mrml.nodes import nodesOfClass
from BreastUSAILib.scene.mrml.sequences import sequenceBehind
from BreastUSAILib.scene.source.frames_from_node import framesFromNode
from BreastUSAILib.scene.source.sample_source import SAMPLES
from Testing.engine.reading.video.test_video import COUNT, RATE, level, write
from Testing.icon import ICON, icon
from Testing.thumbnails import write_thumbnails

LARGEST_THUMBNAIL = 20 * 1024


class SampleDataLogic:
    """Of Slicer's Sample Data module, what registers: one source a file, each once."""

    @staticmethod
    def registerCustomSampleDataSource(
        category="Custom",
        sampleName=None,
        uris=None,
        fileNames=None,
        nodeNames=None,
        customDownloader=None,
        thumbnailFileName=None,
        loadFileTypes=None,
        loadFiles=None,
        loadFileProperties=None,
        checksums=None,
        loadFileType=None,
    ):
        source = SimpleNamespace(
            sampleName=sampleName,
            uris=[uris],
            fileNames=[fileNames],
            nodeNames=[nodeNames],
            customDownloader=customDownloader,
            thumbnailFileName=thumbnailFileName,
            loadFileTypes=[loadFileTypes],
        )
        known = slicer.modules.sampleDataSources.setdefault(category, [])
        if source not in known:
            known.append(source)


@pytest.fixture(autouse=True)
def sample_data_module(host, monkeypatch) -> ModuleType:
    """`SampleData`, Slicer's own where there is a checkout."""
    slicer.modules.sampleDataSources = {}
    root = os.environ.get("SLICER_SOURCE_DIR")
    if root:
        path = Path(root) / "Modules" / "Scripted" / "SampleData" / "SampleData.py"
        spec = importlib.util.spec_from_file_location("SampleData", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = ModuleType("SampleData")
        module.SampleDataLogic = SampleDataLogic
    monkeypatch.setitem(sys.modules, "SampleData", module)
    return module


@pytest.fixture
def played(host) -> list[object]:
    """The browsers that Slicer's toolbar was given."""
    shown: list[object] = []
    host.modules.sequences.showSequenceBrowser = shown.append
    return shown


@pytest.fixture
def sources() -> dict[str, object]:
    """File name -> what was registered for it."""
    registerSampleData()
    return {source.fileNames[0]: source for source in slicer.modules.sampleDataSources[CATEGORY]}


def test_every_shipped_phantom_is_offered(sources):
    assert set(sources) == {path.name for path in SAMPLES.glob("*.dcm")}
    assert len({source.sampleName for source in sources.values()}) == len(sources)


def test_an_offer_is_a_local_file_with_a_picture(sources):
    for name, source in sources.items():
        assert Path(url2pathname(urlparse(source.uris[0]).path)) == SAMPLES / name
        assert Path(source.thumbnailFileName).is_file()


def test_offering_twice_offers_once(sources):
    registerSampleData()

    assert len(slicer.modules.sampleDataSources[CATEGORY]) == len(sources)


def test_a_click_loads_the_phantom_and_shows_it(scene, sources):
    source = sources["still_benign_calibrated.dcm"]

    (volume,) = source.customDownloader(source)

    assert volume.GetScene() is scene
    views = nodesOfClass(scene, "vtkMRMLSliceCompositeNode")
    assert {view.GetBackgroundVolumeID() for view in views} == {volume.GetID()}


def test_a_click_on_the_cine_loads_a_sequence_and_shows_what_plays_it(scene, sources, played):
    (volume,) = loadSource(sources["cine_malignant_calibrated.dcm"])

    browsed = sequenceBehind(volume)
    assert browsed.sequence.GetNumberOfDataNodes() > 1
    assert played == [browsed.browser]


def test_a_still_shows_nothing_to_play(sources, played):
    loadSource(sources["still_benign_calibrated.dcm"])

    assert played == []


def downloadSample(module, source, cache: Path) -> list[str]:
    """What `SampleData.downloadSample` does in a script: a copy in the cache, and the first reader that takes it.

    It ignores the custom downloader. Returns the identifiers of the nodes that the reader reports.
    """
    copy = cache / source.fileNames[0]
    copy.write_bytes(Path(url2pathname(urlparse(source.uris[0]).path)).read_bytes())
    reader = module.BreastUSAIFileReader(SimpleNamespace(loadedNodes=[]))
    assert reader.fileType() == source.loadFileTypes[0]
    assert reader.canLoadFileConfidence(str(copy)) > 0
    assert reader.load({"fileName": str(copy), "name": source.nodeNames[0]})
    return reader.parent.loadedNodes


@pytest.mark.usefixtures("played")
def test_a_script_gets_every_phantom_calibrated_as_the_buttons_load_it(scene, module, sources, tmp_path):
    for name in ("still_benign_calibrated.dcm", "cine_malignant_calibrated.dcm"):
        (identifier,) = downloadSample(module, sources[name], tmp_path)

        volume = scene.GetNodeByID(identifier)
        assert framesFromNode(volume).pixel_spacing_mm is not None
        assert (sequenceBehind(volume) is not None) is name.startswith("cine")


def test_no_other_file_is_taken_for_a_phantom(module, tmp_path):
    reader = module.BreastUSAIFileReader(SimpleNamespace(loadedNodes=[]))
    shipped = SAMPLES / "still_benign_calibrated.dcm"
    exam, same = tmp_path / "exam.dcm", tmp_path / shipped.name
    exam.write_bytes(shipped.read_bytes())
    same.write_bytes(shipped.read_bytes()[:-1] + b"x")

    for path in (exam, same, tmp_path / "nowhere.dcm"):
        assert reader.canLoadFile(str(path)) is False
        assert reader.canLoadFileConfidence(str(path)) == 0.0
    assert reader.canLoadFile(str(shipped)) is True
    assert ["*.dcm" in one or "*.mp4" in one for one in reader.extensions()] == [True, True]
    assert reader.description()


@pytest.mark.usefixtures("played")
def test_a_video_is_loaded_as_a_cine(scene, module, tmp_path, dialogs):
    write(path := tmp_path / "clip.mp4", "libx264", "yuv420p")
    reader = module.BreastUSAIFileReader(SimpleNamespace(loadedNodes=[]))
    assert reader.canLoadFile(str(path))
    assert reader.load({"fileName": str(path)})

    (identifier,) = reader.parent.loadedNodes
    volume = scene.GetNodeByID(identifier)
    assert sequenceBehind(volume).sequence.GetNumberOfDataNodes() == COUNT
    frames = framesFromNode(volume)
    assert frames.frame_times_s[1] == pytest.approx(1 / RATE, abs=1e-3)
    assert abs(float(frames.read_frame(7).mean()) - level(7)) < 5
    assert frames.pixel_spacing_mm is None


@pytest.mark.usefixtures("played")
def test_a_video_that_cannot_be_loaded_says_why_and_leaves_the_scene_as_it_was(
    scene, module, tmp_path, dialogs, monkeypatch
):
    write(path := tmp_path / "clip.mp4", "libx264", "yuv420p")
    before = scene.GetNumberOfNodes()
    reader = module.BreastUSAIFileReader(SimpleNamespace(loadedNodes=[]))
    monkeypatch.setattr(video, "MOST_BYTES", 1000)
    assert not reader.load({"fileName": str(path)})
    (tmp_path / "bad.mp4").write_bytes(b"nothing")
    assert not reader.load({"fileName": str(tmp_path / "bad.mp4")})
    assert scene.GetNumberOfNodes() == before
    assert len(dialogs.shown) == 2
    assert "in the scene" in dialogs.shown[0]


def test_a_phantom_that_cannot_be_read_is_one_sentence(scene, sources, dialogs, monkeypatch, tmp_path):
    monkeypatch.setattr(shipped, "SAMPLES", tmp_path)
    before = scene.GetNumberOfNodes()

    assert loadSource(sources["still_benign_calibrated.dcm"]) == []

    (sentence,) = dialogs.shown
    assert "no such file" in sentence
    assert "\n" not in sentence
    assert scene.GetNumberOfNodes() == before


def test_the_pictures_are_what_the_script_makes_of_the_samples(tmp_path):
    made = write_thumbnails(tmp_path)

    assert sorted(path.name for path in made) == sorted(sample.thumbnail.name for sample in samples())
    for path in made:
        kept = sample_data.THUMBNAILS / path.name
        np.testing.assert_array_equal(np.asarray(Image.open(kept).convert("RGB")), Image.open(path).convert("RGB"))
        assert kept.stat().st_size <= LARGEST_THUMBNAIL


def test_the_icon_is_what_the_script_draws():
    difference = np.abs(np.asarray(Image.open(ICON).convert("RGBA"), int) - np.asarray(icon(), int))

    assert difference.max() <= 2  # another Pillow may round an edge differently
