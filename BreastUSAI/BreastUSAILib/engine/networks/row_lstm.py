"""An LSTM that reads an image row by row, as a text is read line by line."""

from __future__ import annotations

from torch import Tensor, nn

from .feature_classifier import FeatureClassifier

_FEATURES = 128


class RowReader(nn.Module):
    """The last hidden state of an LSTM over the rows of an image or of a feature map, from the top down.

    Hochreiter and Schmidhuber 1997 (doi:10.1162/neco.1997.9.8.1735).

    Args:
        row_size: numbers in a row: channels × columns.
        hidden_size: size of the hidden state.
        layers: LSTMs one above the other.
    """

    def __init__(self, row_size: int, hidden_size: int, layers: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(row_size, hidden_size, num_layers=layers, batch_first=True)

    def forward(self, images: Tensor) -> Tensor:
        """``[B, C, H, W]`` with C × W = `row_size` gives ``[B, hidden_size]``."""
        rows = images.transpose(1, 2).flatten(start_dim=2)
        _, (hidden, _) = self.lstm(rows)
        return hidden[-1]


class RowLSTM(FeatureClassifier):
    """An LSTM over pixel rows: each row, from the transducer down, is one time step.

    It has no feature map that Grad-CAM could explain.

    Args:
        image_size: columns of the image, W.
        in_channels: channels of the input image.
        num_classes: how many logits.
        dropout: before the linear layer.

    Input ``[B, in_channels, H, image_size]`` with any H; output logits ``[B, num_classes]``.
    """

    def __init__(self, image_size: int, in_channels: int = 1, num_classes: int = 3, dropout: float = 0.0) -> None:
        super().__init__(_FEATURES, num_classes, dropout)
        self.trunk = RowReader(in_channels * image_size, _FEATURES, layers=2)

    def forward_features(self, images: Tensor) -> Tensor:
        """Images ``[B, in_channels, H, image_size]`` give the last hidden state ``[B, F]``."""
        return self.trunk(images)
