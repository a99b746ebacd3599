"""An untrained pair and a made-up data set, written once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from .samples import write_classifier, write_data, write_segmenter


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Classifier and segmenter, with the record of a training on the made-up data set."""
    folder = tmp_path_factory.mktemp("bundles")
    return [write_classifier(folder), write_segmenter(folder)]


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up data set's CSV table."""
    return write_data(tmp_path_factory.mktemp("made-up"))
