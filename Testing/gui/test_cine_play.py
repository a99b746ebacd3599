"""While a cine plays, the panel draws the mark of the current frame and nothing else."""

from __future__ import annotations

import pytest
import qt
import slicer

from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.gui.widgets.frame_plot import FramePlot
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.mrml.sequences import sequenceBehind
from Testing.client.events import until
from Testing.gui import reports
from Testing.gui.panel_file import picture_of
from Testing.host.application import delete_now
from Testing.host.widgets.module_panel import ModulePanel
from Testing.scene.analyses import marked_frames

FRAMES = 6


class Paints(qt.QObject):
    """Which widgets were painted."""

    def __init__(self):
        qt.QObject.__init__(self)
        self.names = []

    def eventFilter(self, watched, event):
        if event.type() == qt.QEvent.Paint:
            self.names.append(watched.objectName or type(watched).__name__)
        return False


@pytest.fixture
def playing(scene, widget, panel, engine):
    """The panel on the screen with a cine's result."""
    panel.parameters.inputVolume = addCine(scene, marked_frames(InputKind.CINE, count=FRAMES))[1]
    window = ModulePanel(widget.parent, 320, 1200)
    panel.analyze()
    until(lambda: engine.calls)
    engine.calls[-1].finish()
    until(lambda: not panel.state.isBusy)
    window.settle()
    yield panel
    window.take_module()
    delete_now(window)


def play(panel, steps):
    browser = sequenceBehind(panel.parameters.inputVolume).browser
    paints = Paints()
    slicer.app.installEventFilter(paints)
    try:
        for _step in range(steps):
            browser.SelectNextItem()
            slicer.app.processEvents()
    finally:
        slicer.app.removeEventFilter(paints)
    return paints.names


def test_nothing_but_the_curve_is_painted_at_a_step(playing):
    names = play(playing, FRAMES)

    assert set(names) == {"FramePlot"}


def test_no_block_is_brought_up_to_date_at_a_step(playing, monkeypatch):
    refreshed = []
    for block in (playing.input, playing.blocks, playing.models):
        monkeypatch.setattr(block, "refresh", lambda: refreshed.append("again"))
    node = playing.parameters.parameterNode
    for _step in range(3):
        play(playing, 1)
        node.Modified()  # as the application says it at every frame

    assert refreshed == []

    playing.parameters.showFill = not playing.parameters.showFill
    assert refreshed != []


def test_a_node_that_is_deleted_is_a_change(playing, scene, monkeypatch):
    refreshed = []
    monkeypatch.setattr(playing.blocks, "refresh", lambda: refreshed.append("again"))
    scene.RemoveNode(playing.parameters.heatMap)
    playing.parameters.parameterNode.Modified()

    assert refreshed != []


class TestCurve:
    """What stays is drawn once, and looks as if all were drawn anew."""

    @pytest.fixture
    def plot(self, application):
        shown = FramePlot()
        shown.setAnalysis(reports.cine([0.1, 0.5, 0.9, 0.4]).analysis)
        return shown

    @pytest.fixture
    def drawn(self, plot, monkeypatch):
        times, paint = [], plot._paintLasting
        monkeypatch.setattr(plot, "_paintLasting", lambda painter: (times.append(1), paint(painter)))
        return times

    def test_the_curve_is_drawn_once_for_all_frames(self, plot, drawn):
        for frame in (0, 1, 2, 3):
            plot.setCurrentFrame(frame)
            picture_of(plot)

        assert len(drawn) == 1

    def test_another_width_report_or_palette_draws_it_anew(self, plot, drawn):
        picture_of(plot)
        picture_of(plot, 200)
        plot.setAnalysis(reports.cine([0.9, 0.1]).analysis)
        picture_of(plot, 200)
        palette = qt.QPalette(plot.palette)
        palette.setColor(qt.QPalette.WindowText, qt.QColor(255, 0, 0))
        plot.palette = palette
        picture_of(plot, 200)

        assert len(drawn) == 4

    def test_the_mark_is_where_the_frame_is_and_leaves_no_trace(self, plot):
        plot.setCurrentFrame(1)
        first = picture_of(plot)
        plot.setCurrentFrame(3)
        other = picture_of(plot)
        plot.setCurrentFrame(1)

        assert picture_of(plot) == first
        assert other != first

    def test_the_same_frame_again_asks_for_no_painting(self, plot, monkeypatch):
        plot.setCurrentFrame(1)
        asked = []
        monkeypatch.setattr(plot, "update", lambda *_area: asked.append(1))
        plot.setCurrentFrame(1)
        assert asked == []

        plot.setCurrentFrame(2)
        assert asked == [1]
