"""An untrained classifier and a made-up data set, written once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from Testing.training.measure.samples import write_classifier, write_data


@pytest.fixture(scope="session")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier bundle with the record of a training on the made-up data set."""
    return write_classifier(tmp_path_factory.mktemp("bundles"))


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up data set's CSV table."""
    return write_data(tmp_path_factory.mktemp("made-up"))
