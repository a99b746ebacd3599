"""An LSTM that reads the image row by row."""

from __future__ import annotations

import dataclasses

from .classifiers import SALIENCY, classifier
from .networks import own
from .recipe import PREPROCESSING

RECIPE = classifier(
    "row-lstm",
    "LSTM over pixel rows",
    own("row_lstm.RowLSTM", image_size=128),
    schedule=((128, 16),),
    preprocessing=dataclasses.replace(PREPROCESSING, size=128),
    learning_rate=1e-3,
    explanation=SALIENCY,
)
