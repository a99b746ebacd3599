"""`make screenshots`: the README's pictures from a shipped sample, through the product's own path."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from BreastUSAILib.engine.analyzer import Analyzer
from BreastUSAILib.engine.bundles.model_folder import load_models
from BreastUSAILib.report.preview import write_preview
from BreastUSAILib.scene.mrml.host import openHost, publish
from BreastUSAILib.scene.results.show import showAnalysis
from Testing.bench.still import STILL, read_one
from Testing.host.views.render import render_slice, save_picture, why_no_rendering

SCREENSHOTS = Path(__file__).resolve().parents[1] / "Docs" / "screenshots"
PANEL = "done-still-420-light"


def main() -> int:
    """Write all pictures; returns the exit status."""
    if (reason := why_no_rendering()) is not None:
        print(reason, file=sys.stderr)
        return 1
    frames = read_one(STILL)
    analysis = Analyzer(load_models(), "cpu").analyze(frames)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    write_preview(analysis, frames, SCREENSHOTS / "preview.png")
    host = openHost()
    publish(host)  # as the application does: the heat map fades out in views that are known
    showAnalysis(analysis, frames, scene=host.scene)
    save_picture(render_slice(host, 800, 840, legends=True), SCREENSHOTS / "still.png")
    with tempfile.TemporaryDirectory() as folder:  # Qt's stand-in must be loaded before torch: a process of its own
        subprocess.run([sys.executable, "-m", "Testing.panel_pictures", folder, PANEL], check=True)
        shutil.move(Path(folder) / f"{PANEL}.png", SCREENSHOTS / "panel.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
