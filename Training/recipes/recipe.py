"""What a recipe states: the networks and everything it takes to train them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from BreastUSAILib.engine.preparing.prepare import Preprocessing

from ..augmentation.augment import Augmentation

PREPROCESSING = Preprocessing(size=256, low_percentile=1.0, high_percentile=99.5, mean=0.449, std=0.226)


def is_of_one_size(network: Mapping[str, Any]) -> bool:
    """Whether the network of a ``network_def`` takes images of one size alone, which it then states."""
    return "image_size" in network


@dataclass(frozen=True)
class Recipe:
    """One way to train one network, or two that share their encoder.

    Args:
        name: what ``python -m Training train NAME`` takes; also the bundles' name.
        title: for cards and tables.
        networks: ``network_def`` by task (``classification``, ``segmentation``).
        schedule: (side of the training images in pixels, passes over the examples), coarse and quick ones first.
        learning_rate: the peak of the one-cycle schedule.
        encoder_prefix: where a pretrained EfficientNet encoder goes in the state dict of the network that has one;
            None: a pretrained file must have the network's own keys.
        branches: places of the classifier's branches that are the trunk of a recipe of their own, by that recipe's
            name: a file for that one starts the branch.
        frozen: prefixes of parameter names that are not trained.
        inputs: what the classifier is given: ``image``, or ``image`` and ``lesion_mask``.
        preprocessing: how the input is made, in training and in the product.
        augmentation: random changes of the training images.
        tissue_crops: share of lesion images that are replaced by their lesion-free part, as normals.
        normal_repeats: how often a pass shows each normal image: the collections hold few. Where there is a
            `normal_share`, how often at most.
        normal_share: least share of lesion-free pictures among those of every collection, so that no scanner's look
            says *lesion*: normals up to it, the rest lesion-free parts. None: as many as there happen to be.
        collection_repeats: how often at most a pass shows each lesion of a smaller collection than the largest.
        pass_pictures: about so many pictures a pass shows at least, all of them once more for each time that they are
            fewer, so that a training on few pictures takes as many steps as one on many. 0: each pass as it comes.
        balance: ``weights``: classes weighted in the loss by the inverse root of their count; ``oversample``:
            every class drawn as often as the largest.
        patience: passes without a lower loss on the calibration part until training stops; None: never stops early.
        explanation: ``method`` and ``layer`` of the classifier's explanation; empty for an EfficientNet, whose layer
            is chosen on the calibration part.
        batch: images a step.
        weight_decay: of AdamW.
        ema_decay: of the moving average of the weights that is kept; None keeps the last weights.
        label_smoothing: of the class targets.
        helpers: what two networks on one encoder learn beside class and outline: ``birads``, ``histology``.
        bundles: names of the bundles by task, where they are not the recipe's.
    """

    name: str
    title: str
    networks: Mapping[str, Mapping[str, Any]]
    schedule: tuple[tuple[int, int], ...]
    learning_rate: float
    encoder_prefix: str | None = None
    branches: Mapping[str, str] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ("image",)
    preprocessing: Preprocessing = PREPROCESSING
    augmentation: Augmentation = field(default_factory=Augmentation)
    tissue_crops: float = 0.0
    normal_repeats: int = 1
    normal_share: float | None = None
    collection_repeats: int = 1
    pass_pictures: int = 0
    balance: str = "weights"
    patience: int | None = None
    explanation: Mapping[str, str] = field(default_factory=dict)
    batch: int = 16
    weight_decay: float = 1e-2
    ema_decay: float | None = 0.99
    label_smoothing: float = 0.02
    helpers: tuple[str, ...] = ()
    bundles: Mapping[str, str] = field(default_factory=dict)

    @property
    def sides(self) -> list[int]:
        """The side of the training images for each pass."""
        return [side for side, passes in self.schedule for _ in range(passes)]

    @property
    def takes_one_size(self) -> bool:
        """Whether its networks take images of their own size alone."""
        return any(is_of_one_size(network) for network in self.networks.values())

    def bundle_name(self, task: str) -> str:
        """The name of the bundle that holds the network of one task."""
        default = self.name if len(self.networks) == 1 else f"{self.name}-{task}"
        return self.bundles.get(task, default)
