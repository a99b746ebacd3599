"""The panel as pictures, in every state, for a person to look at: ``python -m Testing.panel_pictures FOLDER``.

Names behind the folder, such as ``done-still-420-light``, leave out all other pictures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from Testing.host.application import delete_now, start

start()

import slicer  # noqa: E402
from PySide6.QtGui import QColor, QPalette, QPixmap  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from BreastUSAILib.engine.analyzer import Analyzer  # noqa: E402
from BreastUSAILib.engine.bundles.model_folder import load_models  # noqa: E402
from BreastUSAILib.engine.errors import ModelError  # noqa: E402
from BreastUSAILib.engine.reading import read  # noqa: E402
from BreastUSAILib.report.json_file import write_json  # noqa: E402
from BreastUSAILib.scene.images.samples import addSample  # noqa: E402
from BreastUSAILib.scene.mrml.host import openHost, publish  # noqa: E402
from BreastUSAILib.scene.source.sample_source import SAMPLES  # noqa: E402
from Testing.client.events import until  # noqa: E402
from Testing.client.fake_engine import ADDED, OUTLINES, SHIPPED, FakeEngine, FakeInstaller  # noqa: E402

STILL, CINE = "still_malignant_calibrated.dcm", "cine_malignant_calibrated.dcm"
UNCALIBRATED = "still_normal_uncalibrated_rgb.dcm"
WIDTHS = (300, 420)
DARK = {
    QPalette.ColorRole.Window: "#323232",
    QPalette.ColorRole.Base: "#262626",
    QPalette.ColorRole.AlternateBase: "#323232",
    QPalette.ColorRole.Button: "#323232",
    QPalette.ColorRole.ToolTipBase: "#323232",
    QPalette.ColorRole.WindowText: "#ffffff",
    QPalette.ColorRole.Text: "#ffffff",
    QPalette.ColorRole.ButtonText: "#ffffff",
    QPalette.ColorRole.ToolTipText: "#ffffff",
    QPalette.ColorRole.PlaceholderText: "#a0a0a0",
    QPalette.ColorRole.Highlight: "#2a82da",
    QPalette.ColorRole.HighlightedText: "#000000",
    QPalette.ColorRole.Link: "#2a82da",
}
"""Slicer's dark style, near enough."""


class Pictures:
    """Opens the module on a phantom, brings it into a state, and takes its picture."""

    def __init__(self) -> None:
        self._analyzer: Analyzer | None = None

    def take(self, sample: str, state: str, width: int) -> QPixmap:
        """The whole panel, `width` pixels wide and as high as it needs, in that state."""
        with _opened(sample) as (panel, engine, top):
            getattr(self, f"_{state}")(panel, engine)
            return _picture(top, width)

    def _idle(self, panel: Any, engine: FakeEngine) -> None:
        panel.ui.modelsSection.setProperty("collapsed", False)
        engine.requests[-1].finish({"models": [SHIPPED, ADDED, OUTLINES]})

    def _running(self, panel: Any, engine: FakeEngine) -> None:
        _asked(panel, engine).progress(7, 24, "Analyzing frame 8 of 24")

    def _failed(self, panel: Any, engine: FakeEngine) -> None:
        _asked(panel, engine).fail(
            ModelError("the SHA-256 of models/model.pt is another one", remedy="Install the model again")
        )

    def _done(self, panel: Any, engine: FakeEngine) -> None:
        call = _asked(panel, engine)
        self._analyzer = self._analyzer or Analyzer(load_models(), "cpu")
        analysis = self._analyzer.analyze(call.frames, call.options)
        engine.deviceUsed = analysis.device
        call.finish(analysis)
        until(lambda: not panel.state.isBusy)
        for name in ("overlaySection", "editSection", "reportSection"):
            getattr(panel.ui, name).setProperty("collapsed", False)

    def _explained(self, panel: Any, engine: FakeEngine) -> None:
        self._done(panel, engine)
        panel.parameters.explanations = "saliency,outline-grad-cam"
        self._answered(panel, engine, panel.ui.explainButton, Analyzer.explain)

    def _checked(self, panel: Any, engine: FakeEngine) -> None:
        self._done(panel, engine)
        self._answered(panel, engine, panel.ui.counterfactualsButton, Analyzer.counterfactuals)

    def _answered(self, panel: Any, engine: FakeEngine, button: Any, answer: Callable[..., Any]) -> None:
        """What the button asks about the result is answered by the networks."""
        assert self._analyzer is not None
        count = len(engine.calls)
        button.click()
        until(lambda: len(engine.calls) > count)
        call = engine.calls[-1]
        call.finish(answer(self._analyzer, call.frames, call.masks, call.options))
        until(lambda: not panel.state.isBusy)

    def _compared(self, panel: Any, engine: FakeEngine) -> None:
        self._done(panel, engine)
        with TemporaryDirectory() as folder:
            earlier = Path(folder) / "march"
            earlier.mkdir()
            assert self._analyzer is not None
            (frames,) = read(SAMPLES / "still_benign_calibrated.dcm")
            write_json(self._analyzer.analyze(frames), earlier / "analysis.json")
            panel.compare.chooseFile = lambda: str(earlier / "analysis.json")
            panel.ui.compareFileButton.click()
        panel.ui.compareSection.setProperty("collapsed", False)

    def _reader_first(self, panel: Any, engine: FakeEngine) -> None:
        panel.ui.readerSection.setProperty("collapsed", False)
        panel.ui.readerFirstCheckBox.setChecked(True)
        self._done(panel, engine)

    def _edited(self, panel: Any, engine: FakeEngine) -> None:
        self._done(panel, engine)
        segmentation = panel.parameters.segmentation.GetSegmentation()
        segmentation.RemoveSegment(segmentation.GetNthSegmentID(0))
        panel.enter()
        until(lambda: panel.blocks.edits.isEdited)

    def _other_image(self, panel: Any, engine: FakeEngine) -> None:
        self._done(panel, engine)
        view = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSliceCompositeNode")
        view.SetBackgroundVolumeID(slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Labels").GetID())

    def _by_hand(self, panel: Any, _engine: FakeEngine) -> None:
        panel.ui.calibrateButton.click()


SHOTS = (
    ("idle", CINE, "idle"),
    ("running", CINE, "running"),
    ("failed", STILL, "failed"),
    ("done-still", STILL, "done"),
    ("done-cine", CINE, "done"),
    ("done-uncalibrated", UNCALIBRATED, "done"),
    ("calibration", UNCALIBRATED, "by_hand"),
    ("explained", STILL, "explained"),
    ("compared", STILL, "compared"),
    ("checked", STILL, "checked"),
    ("reader-first", STILL, "reader_first"),
    ("edited", STILL, "edited"),
    ("other-image", STILL, "other_image"),
)
"""Name of the picture, phantom, state."""


def main(arguments: list[str]) -> int:
    """Write the pictures that are asked for into the folder given; returns the exit status."""
    if not arguments:
        print("usage: python -m Testing.panel_pictures FOLDER [NAME...]", file=sys.stderr)
        return 2
    wanted = set(arguments[1:])
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    pictures = Pictures()
    for theme in ("light", "dark"):
        use_theme(theme)
        for name, sample, state in SHOTS:
            for width in WIDTHS:
                picture = f"{name}-{width}-{theme}"
                if not wanted or picture in wanted:
                    pictures.take(sample, state, width).save(str(folder / f"{picture}.png"))
    return 0


def use_theme(theme: str) -> None:
    """Light or dark, in the style that Slicer uses."""
    QApplication.setStyle("Fusion")
    palette = QPalette(QApplication.style().standardPalette())
    for role, color in DARK.items() if theme == "dark" else ():
        palette.setColor(role, QColor(color))
    if theme == "dark":
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, QColor("#808080"))
    QApplication.setPalette(palette)


@contextmanager
def _opened(sample: str) -> Iterator[tuple[Any, FakeEngine, QWidget]]:
    import BreastUSAI
    from BreastUSAILib.client.process import engine_process
    from BreastUSAILib.gui import panel as panel_module

    host = openHost()
    publish(host)
    slicer.modules.breastusai = SimpleNamespace(path=BreastUSAI.__file__)
    engine = FakeEngine()
    engine_process.EngineProcess = lambda: engine
    panel_module.Installer = lambda *_options: FakeInstaller()
    addSample(sample)
    widget = BreastUSAI.BreastUSAIWidget()
    widget.enter()
    try:
        yield widget.panel, engine, widget.parent
    finally:
        widget.exit()
        widget.cleanup()
        delete_now(widget.parent)


def _asked(panel: Any, engine: FakeEngine) -> Any:
    panel.analyze()
    until(lambda: bool(engine.calls))
    return engine.calls[-1]


def _picture(top: QWidget, width: int) -> QPixmap:
    for _round in range(3):  # a layout knows its height for a width only after it was given that width
        height = top.layout().heightForWidth(width) if top.layout().hasHeightForWidth() else top.sizeHint().height()
        top.resize(width, height)
        slicer.app.processEvents()
    return top.grab()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
