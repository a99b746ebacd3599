"""The signature of an image: what the classifier's last layer reads, in the pass that classifies it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import LibraryError

if TYPE_CHECKING:
    import torch

    from ..findings.analysis import Label
    from ..models.classifier import Classifier
    from ..models.passes import Batch, Outputs, Passes
    from ..stopwatch import Stopwatch

SIGNATURE_VERSION = 1
"""Raised whenever the features of one and the same network change: a library of another version does not fit."""

HASH_ROWS, HASH_COLUMNS = 16, 16
_EXACT = 1e-3  # logits that differ by more are not those of the features


@dataclass(frozen=True)
class Asked:
    """One frame to find similar cases for.

    Args:
        frame: its index.
        features: the pooled features ``[F]``.
        picture_hash: see `picture_hash`.
    """

    frame: int
    features: NDArray[np.float32]
    picture_hash: bytes


@dataclass
class PooledFeatures:
    """Hears what a classifier's last layer is given: the pooled features ``[B, F]`` behind the logits.

    Images and mirror images are averaged, as their logits are, so that the mean logits are the last layer's answer to
    the averaged features: a case is found by exactly what it was classified by, and its mirror image is the same case.

    Args:
        classifier: whose features are wanted. Raises LibraryError where its last layer is not a linear one.
    """

    classifier: Classifier
    _last: Any = field(init=False)

    def __post_init__(self) -> None:
        self._last = last_layer(self.classifier)

    @contextmanager
    def recording(self) -> Iterator[list[torch.Tensor]]:
        """The features of every pass within the block, in their order."""
        seen: list[torch.Tensor] = []
        handle = self._last.register_forward_pre_hook(lambda _layer, given: seen.append(given[0].detach()))
        try:
            yield seen
        finally:
            handle.remove()

    def of(self, seen: list[torch.Tensor], logits: NDArray[np.float32], images: torch.Tensor) -> NDArray[np.float32]:
        """Features ``[B, F]`` behind `logits` ``[B, 3]``, from what was recorded while these were computed.

        An explanation that asks the network more than once leaves other features too; then the images
        ``[B, 1, S, S]`` and their mirror images go through the network once more. Raises LibraryError where it wants
        lesion masks beside them.
        """
        found = self._mean(seen)
        if found is not None and self._gives(found, logits):
            return found
        if self.classifier.needs_lesion_mask:
            raise LibraryError(
                "this explanation leaves no signature of a classifier that reads the lesion mask",
                remedy="Choose another explanation method, or another classifier",
            )
        return self._asked(images)

    def _asked(self, images: torch.Tensor) -> NDArray[np.float32]:
        import torch

        with self.recording() as seen, torch.inference_mode():
            self.classifier.network(images)
            self.classifier.network(images.flip(-1))
        found = self._mean(seen)
        assert found is not None
        return found

    @staticmethod
    def _mean(seen: list[torch.Tensor]) -> NDArray[np.float32] | None:
        if len(seen) != 2 or seen[0].shape != seen[1].shape:
            return None
        first, second = (one.float().cpu().numpy() for one in seen)
        mean: NDArray[np.float32] = (first + second) / np.float32(2)
        return mean

    def logits(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the last layer makes ``[B, 3]`` of features ``[B, F]``."""
        weight, bias = self._last.weight.detach().float().cpu().numpy(), self._last.bias
        found: NDArray[np.float32] = features @ weight.T
        return found if bias is None else found + bias.detach().float().cpu().numpy()

    def _gives(self, features: NDArray[np.float32], logits: NDArray[np.float32]) -> bool:
        answer = self.logits(features)
        scale = 1 + float(np.abs(logits).max(initial=0))
        return answer.shape == logits.shape and bool(np.abs(answer - logits).max() <= _EXACT * scale)


def last_layer(classifier: Classifier) -> Any:
    """The linear layer that gives the logits. Raises LibraryError where the network ends in another way."""
    from torch import nn

    linear = [part for part in classifier.network.modules() if isinstance(part, nn.Linear)]
    if not linear or linear[-1].out_features != 3:
        raise LibraryError(
            f"the classifier '{classifier.identity.name}' has no signature: it does not end in a linear layer",
            remedy="Look for similar cases with another classifier",
        )
    return linear[-1]


def picture_hash(square: NDArray[np.float32]) -> bytes:
    """256 bits of a prepared image ``[S, S]``: whether each of 16 x 16 patches is darker than its right neighbor.

    Two files of one and the same frame give nearly the same bits; nothing of the picture can be made from them.
    """
    rows = np.linspace(0, square.shape[0], HASH_ROWS + 1).round().astype(int)
    columns = np.linspace(0, square.shape[1], HASH_COLUMNS + 2).round().astype(int)
    sums = np.add.reduceat(np.add.reduceat(square.astype(np.float64), rows[:-1], axis=0), columns[:-1], axis=1)
    means = sums / np.diff(rows)[:, None] / np.diff(columns)
    return np.packbits(means[:, 1:] > means[:, :-1] + 1e-6).tobytes()


def bits_that_differ(one: bytes, other: bytes) -> int:
    """In how many bits two hashes of the same length differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()


@dataclass
class FrameSignatures:
    """What is kept of frames to look for cases like them, by frame, while they go through the networks.

    `error` says why there is nothing, where the classifier gives no signatures.
    """

    classifier: Classifier
    known: dict[int, Asked] = field(default_factory=dict)
    error: LibraryError | None = None

    def of(self, frame: int) -> Asked:
        """What is kept of a frame. Raises LibraryError where the classifier gives no signatures."""
        if self.error is not None:
            raise self.error
        return self.known[frame]

    def passed(
        self, passes: Passes, indices: Sequence[int], batch: Batch, explained: Label | None, watch: Stopwatch
    ) -> Outputs:
        """What `passes` gives for a batch of frames; their signatures are kept."""
        try:
            features = PooledFeatures(self.classifier)
        except LibraryError as error:
            self.error = error
            return passes(batch, explained, watch)
        with features.recording() as seen:
            found = passes(batch, explained, watch)
        with watch.timing("signatures"):
            try:
                rows = features.of(seen, found.logits, batch.for_classifier)
            except LibraryError as error:
                self.error = error
                return found
            for index, row, square in zip(indices, rows, batch.for_classifier[:, 0], strict=True):
                self.known[index] = Asked(index, row, picture_hash(square.float().cpu().numpy()))
        return found
