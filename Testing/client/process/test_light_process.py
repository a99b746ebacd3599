"""Slicer's own process stays light: an analysis and a re-scoring load nothing that takes the GUI thread long."""

from __future__ import annotations

import os
import subprocess
import sys

from Testing.engine.remote.fakes import PYTHONPATH

APPLICATION = """
import sys
from Testing.host.application import start
start()
from BreastUSAILib.engine.images.frames import InputKind
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.client.jobs.analysis_job import AnalysisJob
from BreastUSAILib.client.process.command import EngineCommand
from BreastUSAILib.client.process.engine_process import EngineProcess
from BreastUSAILib.client.jobs.rescore_job import RescoreJob
from BreastUSAILib.scene.images.cine import addCine
from BreastUSAILib.scene.mrml.host import openHost, publish
from BreastUSAILib.scene.source.source_options import SourceOptions
from types import SimpleNamespace
from Testing.client.heard import Heard
from Testing.scene.analyses import marked_frames

host = openHost()
publish(host)
_browsed, volume = addCine(host.scene, marked_frames(InputKind.CINE, 3))
command = EngineCommand(sys.executable, ("-m", "Testing.engine.remote.fake_worker"), {"PYTHONPATH": sys.argv[2]})
engine, analyzed, rescored = EngineProcess(command, sys.argv[1]), Heard(), Heard()
AnalysisJob(engine, volume, AnalyzeOptions(), SourceOptions(), analyzed).start()
nodes = analyzed.end()
parameters = SimpleNamespace(
    inputVolume=volume, segmentation=nodes.segmentation, table=nodes.table, report=nodes.report
)
RescoreJob(engine, parameters, SourceOptions(), rescored).start()
print(type(rescored.end()).__name__)
engine.stop()
heavy = ("torch", "monai", "captum", "scipy", "SimpleITK", "pydicom", "numpy.ma")
print([name for name in heavy if name in sys.modules])
"""


def test_an_analysis_and_a_re_scoring_load_nothing_heavy(tmp_path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", APPLICATION, str(tmp_path), PYTHONPATH],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
    )

    assert run.stdout.splitlines() == ["Analysis", "[]"]
