"""The LSTM over pixel rows, and the one over VGG16's feature rows."""

from __future__ import annotations

import pytest
import torch

from BreastUSAILib.engine.networks.row_lstm import RowLSTM, RowReader
from BreastUSAILib.engine.networks.vgg import VGG16LSTM


def test_it_reads_from_the_top_down() -> None:
    reader = RowReader(row_size=8, hidden_size=4, layers=1)
    images = torch.rand(1, 1, 16, 8)
    _, (states, _) = reader.lstm(images[0, 0][None])
    torch.testing.assert_close(reader(images), states[-1])
    assert not torch.allclose(reader(images), reader(images.flip(2)))


def test_a_row_holds_the_columns_of_all_channels() -> None:
    images = torch.rand(1, 2, 16, 8)
    network = RowLSTM(image_size=8, in_channels=2).eval()
    assert not torch.allclose(network(images), network(images.flip(1)))


def test_it_reads_any_depth_but_one_width_only() -> None:
    network = RowLSTM(image_size=32)
    assert network(torch.rand(2, 1, 48, 32)).shape == (2, 3)
    with pytest.raises(RuntimeError, match="32"):
        network(torch.rand(2, 1, 32, 48))


def test_the_hybrid_reads_images_of_any_size() -> None:
    network = VGG16LSTM().eval()
    with torch.inference_mode():
        assert network(torch.rand(1, 1, 64, 96)).shape == network(torch.rand(1, 1, 32, 32)).shape == (1, 3)
