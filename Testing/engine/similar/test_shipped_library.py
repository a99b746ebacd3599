"""The library that comes with the product, where one does: of the shipped classifier, whole, and without pictures."""

from __future__ import annotations

import pytest

from BreastUSAILib.engine.similar.library import library_counts, read_signatures, verify_library
from BreastUSAILib.engine.similar.library_file import database_in, opened_for_reading
from BreastUSAILib.engine.similar.lookup import SHIPPED_LIBRARY

LARGEST = 4_000_000
pytestmark = pytest.mark.skipif(not database_in(SHIPPED_LIBRARY).is_file(), reason="no library comes with this version")


def test_it_was_made_for_the_shipped_classifier() -> None:
    from BreastUSAILib.engine.bundles.bundle import default_bundles, verify_bundle

    with opened_for_reading(SHIPPED_LIBRARY) as connection:
        made_for = read_signatures(connection, SHIPPED_LIBRARY).about.classifier

    assert made_for == verify_bundle(default_bundles()["classification"]).identity, "python -m Training library"


def test_it_is_whole_small_and_holds_no_picture() -> None:
    with opened_for_reading(SHIPPED_LIBRARY) as connection:
        counts = library_counts(connection)

    assert verify_library(SHIPPED_LIBRARY) == []
    assert database_in(SHIPPED_LIBRARY).stat().st_size < LARGEST
    assert counts.pictures == 0
    assert min(counts.labels.values()) > 0
