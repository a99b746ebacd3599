"""Networks as CUDA graphs: a small network's many kernels take longer to launch than to run, a graph has one launch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from BreastUSAILib.engine.errors import ModelError

from .learning import Learner, Outputs


class Replayed:
    """A learner whose forward and backward pass are captured once for each size of batch and replayed after that.

    It works on a CUDA GPU alone. The learner's parameters and buffers are used where they lie: they may change in
    value, but none may come, go or move, and no part may change between training and evaluation.

    Args:
        learner: what is captured; it stays usable by itself.
    """

    def __init__(self, learner: Learner) -> None:
        self._learner = learner
        self._graph: _Listed | None = None
        self._captured: tuple[torch.Size, torch.dtype] | None = None

    def __call__(self, images: Tensor) -> Outputs:
        """Prepared images ``[B, C, S, S]`` on the GPU give the learner's outputs, valid until the next call.

        Raises ModelError for a learner that cannot be captured.
        """
        if self._graph is None or self._captured != (images.shape, images.dtype):
            self._graph = None  # its memory goes before the next one's comes
            self._graph = self._capture(images)
            self._captured = images.shape, images.dtype
        return self._graph.outputs(images)

    def _capture(self, images: Tensor) -> _Listed:
        """The graph of one size; the runs that this takes leave neither statistics nor random numbers behind."""
        kept = {name: buffer.clone() for name, buffer in self._learner.named_buffers()}
        listed = _Listed(self._learner)
        try:
            with torch.random.fork_rng(devices=[images.device]):
                sample = images.detach().clone(memory_format=torch.preserve_format)
                torch.cuda.make_graphed_callables(listed, (sample,), allow_unused_input=True)  # changes its forward
        except torch.cuda.OutOfMemoryError:
            raise  # without a graph there would be too little memory too
        except RuntimeError as error:
            raise ModelError(
                f"the network cannot be captured as a CUDA graph ({error})", remedy="Train it with --no-graphs"
            ) from error
        with torch.no_grad():
            for name, buffer in self._learner.named_buffers():
                buffer.copy_(kept[name])
        return listed


class _Listed(nn.Module):
    """A learner with its outputs as a plain tuple, which is what can be captured."""

    def __init__(self, learner: Learner) -> None:
        super().__init__()
        self.learner = learner
        self.names: tuple[str, ...] = ()

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        given = {name: value for name, value in vars(self.learner(images)).items() if value is not None}
        self.names = tuple(given)
        return tuple(given.values())

    def outputs(self, images: Tensor) -> Outputs:
        """The tuple as outputs again."""
        return Outputs(**dict(zip(self.names, self(images), strict=True)))
