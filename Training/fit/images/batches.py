"""The batches of a pass over the examples: the same for the same seed and pass, whatever came before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from ...augmentation.crops import Crop, cut_out, lesion_crop, random_tissue_crop
from ...data.example import CLASS_NAMES, Example
from ...data.variants import Variant
from ...recipes.recipe import Recipe
from ..networks.learning import HELPERS, Targets

NORMAL = CLASS_NAMES.index("normal")


@dataclass(frozen=True)
class Batch:
    """One step's images ``[B, C, S, S]`` in [0, 1] (a mask channel is 0 or 1) and what they show."""

    images: Tensor
    targets: Targets

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        return Batch(self.images.to(device), Targets(**{k: v.to(device) for k, v in vars(self.targets).items()}))

    def at_side(self, side: int) -> Batch:
        """The same with images and masks of another side; masks get soft edges."""
        if self.images.shape[-1] == side:
            return self
        images, masks = (
            F.interpolate(part, (side, side), mode="bilinear", antialias=True)
            for part in (self.images, self.targets.masks)
        )
        return Batch(images, replace(self.targets, masks=masks))


@dataclass(frozen=True)
class Drawn:
    """One drawn variant, of which `crop` is shown where there is one; `normal`: that part has no lesion."""

    variant: Variant
    crop: Crop | None
    normal: bool


@dataclass(frozen=True)
class _Collection:
    """How often a pass shows the examples of one collection.

    Args:
        places: of its examples in the list of all.
        repeats: of each lesion image.
        normals: pictures of normals, each as often as any other, give or take one.
        tissue_crops: share of its lesion images that are replaced by their lesion-free part.
    """

    places: NDArray[np.int64]
    repeats: int
    normals: int
    tissue_crops: float

    def shown_of(self, labels: NDArray[np.int64], label: int) -> int:
        """Pictures of one class in a pass, before lesion-free parts take their place."""
        return self.normals if label == NORMAL else self.repeats * int((labels[self.places] == label).sum())

    def draw(self, labels: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
        """Places of the pictures of one pass."""
        is_normal = labels[self.places] == NORMAL
        normals = np.resize(generator.permutation(self.places[is_normal]), self.normals)
        return np.concatenate([*[self.places[~is_normal]] * self.repeats, normals])


def _collections(examples: Sequence[Example], labels: NDArray[np.int64], recipe: Recipe) -> list[_Collection]:
    """Each collection among the examples, as the recipe wants it shown."""
    names = np.array([example.dataset for example in examples])
    places = [np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())]
    lesions = [int((labels[own] != NORMAL).sum()) for own in places]
    return [_collection(own, count, max(lesions), recipe) for own, count in zip(places, lesions, strict=True)]


def _collection(places: NDArray[np.int64], lesions: int, largest: int, recipe: Recipe) -> _Collection:
    repeats = min(max(round(largest / max(lesions, 1)), 1), recipe.collection_repeats)
    normals = (len(places) - lesions) * recipe.normal_repeats
    share = recipe.normal_share
    if share is None or not lesions:
        return _Collection(places, repeats, normals, recipe.tissue_crops)
    shown = repeats * lesions
    normals = min(normals, round(share / (1 - share) * shown))
    lacking = share * (shown + normals) - normals
    return _Collection(places, repeats, normals, max(recipe.tissue_crops, lacking / shown))


class TrainingSet:
    """The variants of the training examples, drawn anew for every pass.

    Args:
        examples: the training examples; a variant's `choice` is a place in this list.
        variants: their variants, as `Training.data.variants` makes them.
        recipe: how many to draw at a time, and how.
        seed: with the pass's number, decides every draw.
        lesion_masks: our own predicted masks by variant, where the recipe's classifier takes one; uint8 ``[S, S]``.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        variants: Sequence[Variant],
        recipe: Recipe,
        seed: int,
        lesion_masks: Sequence[NDArray[np.uint8]] | None = None,
    ) -> None:
        self.examples = examples
        self.recipe = recipe
        self.seed = seed
        self._by_example: list[list[Variant]] = [[] for _ in examples]
        for variant in variants:
            self._by_example[variant.choice].append(variant)
        self._own_masks = {id(v): m for v, m in zip(variants, lesion_masks, strict=True)} if lesion_masks else {}
        self._labels = np.array([CLASS_NAMES.index(example.label) for example in examples])
        self._collections = _collections(examples, self._labels, recipe)

    @property
    def steps(self) -> int:
        """Batches of a pass."""
        return max(1, len(self._places(np.random.default_rng(0))) // self.recipe.batch)

    def class_weights(self) -> Tensor:
        """Weights inverse to the square root of the class counts, of mean 1 over the examples; all 1 if oversampled."""
        if self.recipe.balance == "oversample":
            return torch.ones(len(CLASS_NAMES))
        counts = torch.zeros(len(CLASS_NAMES))
        for one in self._collections:
            shown = torch.tensor([one.shown_of(self._labels, label) for label in range(len(CLASS_NAMES))])
            moved = one.tissue_crops * shown
            moved[NORMAL] = -moved[NORMAL + 1 :].sum()
            counts += shown - moved
        counts = counts.clamp_min(1)
        weights = counts.rsqrt()
        return weights * counts.sum() / (weights * counts).sum()

    def batches(self, epoch: int, *, rank: int = 0, ranks: int = 1) -> EpochBatches:
        """The pass number `epoch`, or the share of it that process `rank` of `ranks` trains on."""
        generator = np.random.default_rng([self.seed, epoch])
        places = self._places(generator)
        drawn = []
        share = {place: one.tissue_crops for one in self._collections for place in one.places.tolist()}
        for place in places:
            choices = self._by_example[place]
            variant = choices[int(generator.integers(len(choices)))]
            drawn.append(self._cropped(variant, share[variant.choice], generator))
        steps = max(1, len(drawn) // self.recipe.batch)
        groups = [drawn[step * self.recipe.batch : (step + 1) * self.recipe.batch] for step in range(steps)]
        return EpochBatches(self, [group[rank::ranks] for group in groups])

    def _cropped(self, variant: Variant, share: float, generator: np.random.Generator) -> Drawn:
        """For a `share` of lesion images their lesion-free part, and for as many a part with the lesion."""
        draw = generator.random()
        if draw < share:
            crop = random_tissue_crop(variant.image, variant.mask, generator)
            return Drawn(variant, crop, normal=crop is not None)
        if draw < 2 * share:
            return Drawn(variant, lesion_crop(variant.image, variant.mask, generator), normal=False)
        return Drawn(variant, None, normal=False)

    def _places(self, generator: np.random.Generator) -> NDArray[np.int64]:
        """Places of a pass's examples in random order; normals and smaller classes repeated as the recipe says."""
        once = self._places_once(generator)
        times = max(1, round(self.recipe.pass_pictures / len(once)))
        return np.concatenate([once, *(self._places_once(generator) for _ in range(times - 1))])

    def _places_once(self, generator: np.random.Generator) -> NDArray[np.int64]:
        if self.recipe.balance == "oversample":
            places = [generator.permutation(np.flatnonzero(self._labels == label)) for label in np.unique(self._labels)]
            largest = max(len(part) for part in places)
            places = [np.resize(part, largest) for part in places]
        else:
            places = [one.draw(self._labels, generator) for one in self._collections]
        return generator.permutation(np.concatenate(places))

    def assemble(self, drawn: Sequence[Drawn]) -> Batch:
        """The batch of some drawn variants, at their own size."""
        images, masks, labels, outlined = [], [], [], []
        helped: dict[str, list[int]] = {name: [] for name in HELPERS}
        for item in drawn:
            variant, crop = item.variant, item.crop
            images.append(variant.image if crop is None else cut_out(variant.image, crop))
            masks.append(variant.mask if crop is None else cut_out(variant.mask, crop, smooth=False))
            labels.append(NORMAL if item.normal else variant.label)
            outlined.append(variant.is_outlined)
            for name, categories in HELPERS.items():
                category = "" if item.normal else self.examples[variant.choice].strata.get(name, "")
                helped[name].append(categories.index(category) if category in categories else -1)
        planes = [torch.from_numpy(np.stack(images)).unsqueeze(1).float() / 255]
        if self._own_masks:
            own = np.stack([self._own_masks[id(item.variant)] for item in drawn])
            planes.append(torch.from_numpy(own).unsqueeze(1).float())
        truth = torch.from_numpy(np.stack(masks)).unsqueeze(1).float()
        classes = F.one_hot(torch.tensor(labels), len(CLASS_NAMES)).float()
        known = {name: torch.tensor(places) for name, places in helped.items()}
        return Batch(torch.cat(planes, dim=1), Targets(classes, truth, torch.tensor(outlined), **known))


class EpochBatches(Dataset[Batch]):
    """One pass, batch by batch."""

    def __init__(self, source: TrainingSet, drawn: Sequence[Sequence[Drawn]]) -> None:
        self.source = source
        self.drawn = drawn

    def __len__(self) -> int:
        return len(self.drawn)

    def __getitem__(self, number: int) -> Batch:
        return self.source.assemble(self.drawn[number])
