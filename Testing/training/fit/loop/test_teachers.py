"""A pupil learns what its teachers say, they themselves stay as they are, and the record tells of them."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from BreastUSAILib.engine.errors import ModelError
from Testing.training.measure.samples import write_classifier
from Training.fit.changes import changed
from Training.fit.loop.loop import Hardware, fit
from Training.fit.loop.teachers import Teachers, load_teachers
from Training.fit.networks.learning import Learner, Outputs, build_learner
from Training.recipes.networks import own
from Training.recipes.recipe import Recipe
from Training.recipes.registry import recipe_named

from ..made_up import SMALL, training_set

CNN = Recipe(
    name="tiny",
    title="tiny",
    networks={"classification": own("four_layer_cnn.FourLayerCNN", dropout=0.3)},
    schedule=((32, 2),),
    learning_rate=3e-3,
    preprocessing=SMALL,
    batch=8,
    ema_decay=None,
)


class Says(Learner):
    """Gives the same answer to everything."""

    def __init__(self, classes: list[float] | None, lesion: float | None = None) -> None:
        super().__init__()
        self.classes = None if classes is None else torch.tensor([classes])
        self.lesion = lesion

    def forward(self, images: Tensor) -> Outputs:
        classes = None if self.classes is None else self.classes.expand(len(images), -1)
        lesion = None if self.lesion is None else torch.full_like(images[:, :1], self.lesion)
        return Outputs(classes, lesion)

    def networks(self) -> dict[str, torch.nn.Module]:
        return {}


def gradient(teachers: Teachers, outputs: str, values: Tensor, images: Tensor) -> Tensor:
    values = values.clone().requires_grad_(True)
    teachers.loss(images, Outputs(**{outputs: values})).backward()
    assert values.grad is not None
    return values.grad


def test_the_loss_is_least_at_the_mean_of_the_teachers() -> None:
    images = torch.zeros(2, 1, 4, 4)
    teachers = Teachers([Says([0.0, 0.0, 4.0], 3.0), Says([0.0, 4.0, 0.0], -3.0)])
    softened = torch.stack([torch.softmax(torch.tensor(x) / 2, 0) for x in ([0.0, 0.0, 4.0], [0.0, 4.0, 0.0])])
    agreed = 2 * softened.mean(dim=0).log().expand(2, -1)
    assert gradient(teachers, "classes", agreed, images).abs().max() < 1e-6
    assert gradient(teachers, "classes", torch.zeros(2, 3), images).abs().max() > 0.1
    assert gradient(teachers, "lesion", torch.zeros(2, 1, 4, 4), images).abs().max() < 1e-6
    assert gradient(teachers, "lesion", torch.ones(2, 1, 4, 4), images).min() > 0


def test_a_head_that_no_teacher_has_is_not_taught() -> None:
    teachers = Teachers([Says([0.0, 1.0, 0.0])])
    outputs = Outputs(classes=torch.zeros(2, 3), birads=torch.zeros(2, 4, requires_grad=True))
    assert teachers.loss(torch.zeros(2, 1, 4, 4), outputs).requires_grad is False


def test_what_only_some_teachers_know_is_taught_by_these() -> None:
    images = torch.zeros(2, 1, 4, 4)
    both, alone = Says([0.0, 0.0, 4.0], 3.0), Says([0.0, 4.0, 0.0])
    lesion = gradient(Teachers([both, alone]), "lesion", torch.zeros(2, 1, 4, 4), images)
    assert torch.equal(lesion, gradient(Teachers([both]), "lesion", torch.zeros(2, 1, 4, 4), images))
    classes = gradient(Teachers([both, alone]), "classes", torch.zeros(2, 3), images)
    assert not torch.allclose(classes, gradient(Teachers([both]), "classes", torch.zeros(2, 3), images))
    outputs = Outputs(lesion=torch.zeros(2, 1, 4, 4, requires_grad=True))
    assert Teachers([alone]).loss(images, outputs).requires_grad is False


def test_a_classifier_of_another_architecture_may_teach_a_pair(tmp_path: Path) -> None:
    pair = changed(recipe_named("shared-b0"), size=SMALL.size)
    write_classifier(tmp_path, preprocessing=pair.preprocessing)
    taught = load_teachers(pair, [tmp_path])
    images = torch.randn(2, 1, 32, 32)
    classes, lesion = torch.zeros(2, 3, requires_grad=True), torch.zeros(2, 1, 32, 32, requires_grad=True)
    taught.teachers.loss(images, Outputs(classes, lesion)).backward()
    assert classes.grad is not None
    assert lesion.grad is None
    assert taught.source.startswith("classifier 0.0.1 (")
    assert [record.fold for record in taught.records] == [1]


def test_what_cannot_teach_is_refused_before_the_training(tmp_path: Path) -> None:
    def refused(name: str, reason: str, recipe: Recipe = CNN, **changes: Any) -> None:
        write_classifier(tmp_path / name, **changes)
        with pytest.raises(ModelError, match=reason):
            load_teachers(recipe, [tmp_path / name])

    refused("size", "prepared otherwise, or of another size", preprocessing=replace(SMALL, size=2 * SMALL.size))
    segmenter = replace(CNN, networks={"segmentation": CNN.networks["classification"]})
    refused("task", r"classification bundle, .* Give one for segmentation", segmenter, preprocessing=SMALL)
    refused("record", "does not say what it was trained on", preprocessing=SMALL, training=None)
    refused("inputs", "takes image and lesion_mask, the recipe image", inputs=("image", "lesion_mask"))
    fixed = own("row_lstm.RowLSTM", image_size=SMALL.size)
    refused("fixed", "takes images of 64 pixels alone.*--schedule", network=fixed, preprocessing=SMALL)
    load_teachers(replace(CNN, schedule=((SMALL.size, 1),)), [tmp_path / "fixed"])
    with pytest.raises(ModelError, match="the bundles here are none"):
        load_teachers(CNN, [tmp_path / "none"])


def test_two_classifiers_in_one_folder_are_not_a_pair(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_classifier(tmp_path, name)
    with pytest.raises(ModelError, match=r"are classification and classification, .* a folder for each teacher"):
        load_teachers(recipe_named("shared-b0"), [tmp_path])


@pytest.mark.slow
def test_a_pupil_comes_nearer_to_its_teacher_and_the_teacher_stays(tmp_path: Path) -> None:
    recipe = replace(CNN, schedule=((32, 6),))
    torch.manual_seed(5)
    teacher = build_learner(recipe.networks)
    with torch.no_grad():
        next(parameter for name, parameter in teacher.named_parameters() if name.endswith("fc.bias")).copy_(
            torch.tensor([4.0, 0.0, 0.0])
        )
    before = copy.deepcopy(teacher.state_dict())
    hardware = Hardware(accelerator="cpu", devices=1)
    normal = {}
    for taught in (False, True):
        torch.manual_seed(1)
        learner = build_learner(recipe.networks)
        teachers = Teachers([teacher]) if taught else None
        work = tmp_path / str(taught)
        fit(learner, training_set(recipe), None, work, seed=1, hardware=hardware, teachers=teachers, progress=False)
        images = training_set(recipe).batches(0)[0].images
        with torch.inference_mode():
            classes = learner.eval()((images - SMALL.mean) / SMALL.std).classes
        assert classes is not None
        normal[taught] = float(torch.softmax(classes, dim=1)[:, 0].mean())
        assert not any("teachers" in name for name in torch.load(work / "last.ckpt", weights_only=True)["state_dict"])
    assert normal[True] > normal[False] + 0.1
    assert all(torch.equal(before[name], value) for name, value in teacher.state_dict().items())
