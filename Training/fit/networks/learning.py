"""Networks as the loop sees them: one batch in, every output that has a loss out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monai.networks.nets import EfficientNetBN
from torch import Tensor, nn

from BreastUSAILib.engine.networks.attention_unet import EfficientAttentionUNet
from BreastUSAILib.engine.networks.network_definitions import build_network

HELPERS: Mapping[str, tuple[str, ...]] = {
    "birads": ("2", "3", "4", "5"),
    "histology": (
        "fibroadenoma",
        "cyst",
        "fibrocystic changes",
        "intraductal papilloma",
        "invasive ductal carcinoma",
        "invasive lobular carcinoma",
    ),
}
"""What may be learned beside class and outline, by stratum of an example, with the categories that are told apart.

Each is also a field of `Outputs` and of `Targets`.
"""


@dataclass(frozen=True)
class Outputs:
    """Logits of a batch; None for what the network does not give.

    Args:
        classes: ``[B, 3]``: normal, benign, malignant.
        lesion: ``[B, 1, S, S]``.
        birads, histology: ``[B, K]``, for the K categories of that one of `HELPERS`.
    """

    classes: Tensor | None = None
    lesion: Tensor | None = None
    birads: Tensor | None = None
    histology: Tensor | None = None


@dataclass(frozen=True)
class Targets:
    """What a batch shows.

    Args:
        classes: soft classes ``[B, 3]``.
        masks: lesions ``[B, 1, S, S]``.
        outlined: whether the mask is known ``[B]``; not so for a lesion that nobody outlined.
        birads, histology: places in the categories of that one of `HELPERS` ``[B]``; -1 is unknown or another.
    """

    classes: Tensor
    masks: Tensor
    outlined: Tensor
    birads: Tensor
    histology: Tensor


class Learner(nn.Module):
    """One or two networks that learn from the same images; subclasses say how."""

    def forward(self, images: Tensor) -> Outputs:
        """Prepared images ``[B, C, S, S]`` give every output."""
        raise NotImplementedError

    def networks(self) -> Mapping[str, nn.Module]:
        """What goes into bundles, by task."""
        raise NotImplementedError


class OneNetwork(Learner):
    """A classifier or a segmenter by itself."""

    def __init__(self, task: str, network: nn.Module) -> None:
        super().__init__()
        self.task = task
        self.network = network

    def forward(self, images: Tensor) -> Outputs:
        logits = self.network(images)
        return Outputs(classes=logits) if self.task == "classification" else Outputs(lesion=logits)

    def networks(self) -> Mapping[str, nn.Module]:
        return {self.task: self.network}


class SharedEncoder(Learner):
    """An EfficientNet classifier and an attention U-Net on one and the same encoder.

    Both come out as networks of their own that the engine can run with a single pass of the encoder. Heads for the
    `helpers`, names of `HELPERS`, learn beside them and are dropped.
    """

    def __init__(
        self, classifier: EfficientNetBN, segmenter: EfficientAttentionUNet, helpers: Sequence[str] = ()
    ) -> None:
        super().__init__()
        for part in ("_conv_stem", "_bn0", "_blocks"):
            setattr(classifier, part, getattr(segmenter.encoder, part))
        self.classifier = classifier
        self.segmenter = segmenter
        self.helpers = tuple(helpers)
        for name in self.helpers:
            setattr(self, name, nn.Linear(classifier._fc.in_features, len(HELPERS[name])))

    def forward(self, images: Tensor) -> Outputs:
        features = self.segmenter.encoder(images)
        net = self.classifier
        deep = net._swish(net._bn1(net._conv_head(net._conv_head_padding(features[-1]))))
        pooled = net._dropout(net._avg_pooling(deep).flatten(start_dim=1))
        helped = {name: getattr(self, name)(pooled) for name in self.helpers}
        return Outputs(net._fc(pooled), self.segmenter.decode(features), **helped)

    def networks(self) -> Mapping[str, nn.Module]:
        return {"classification": self.classifier, "segmentation": self.segmenter}


def build_learner(networks: Mapping[str, Mapping[str, Any]], helpers: Sequence[str] = ()) -> Learner:
    """The learner of a recipe's networks (task -> ``network_def``), with untrained weights.

    Two networks share their encoder and must be an EfficientNetBN and an EfficientAttentionUNet of one size; they
    alone have heads for `helpers`. Raises ModelError for a definition that does not fit.
    """
    built = {task: build_network(definition) for task, definition in networks.items()}
    for network in built.values():
        if isinstance(network, EfficientNetBN):
            nn.init.zeros_(network._fc.weight)  # starts from even odds, not from random ones
    if len(built) == 1:
        return OneNetwork(*next(iter(built.items())))
    classifier, segmenter = built["classification"], built["segmentation"]
    assert isinstance(classifier, EfficientNetBN)
    assert isinstance(segmenter, EfficientAttentionUNet)
    return SharedEncoder(classifier, segmenter, helpers)
