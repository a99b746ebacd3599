"""Libraries on disk, and programs that write to them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from BreastUSAILib.engine.similar.library import add_cases, build_library
from Testing.engine.similar.made_up_cases import CLASSIFIER, FEATURES, cases_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The folder of a library with forty cases of forty patients."""
    folder = tmp_path / "library"
    build_library(folder, CLASSIFIER, FEATURES)
    add_cases(folder, cases_of(40))
    return folder


@pytest.fixture
def start_writer() -> Iterator[Callable[[Path, int, int], subprocess.Popen[str]]]:
    """Starts a program that adds so many cases, from a seed on; it is ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, first_seed: int, count: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "Testing.engine.similar.writing_process"]
        process = subprocess.Popen(
            [*command, str(folder), str(first_seed), str(count)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "BreastUSAI"), str(ROOT)])},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
