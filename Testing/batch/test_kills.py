"""Killed at random moments, whole or a worker of it, a batch loses nothing and doubles nothing."""

from __future__ import annotations

import pytest

from Testing.batch.kills import killed_batch


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_and_double_nothing(tmp_path):
    """The short form; `python -m Testing.batch.kills` is the long one, with 2,000 inputs and 100 kills."""
    toll = killed_batch(tmp_path, inputs=100, kills=4, seed=3)
    assert toll.is_whole, (toll, (tmp_path / "said.txt").read_text())
    assert toll.again <= toll.kills_of_workers + 2 * toll.kills_of_batches
