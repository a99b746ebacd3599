"""Another scanner's look, and calipers: what changes, and what must not."""

from __future__ import annotations

import torch

from Training.augmentation.looks import other_looks, with_calipers


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(1)  # whose first order of two images is the other one


def batch() -> torch.Tensor:
    """A dark and a bright image of the same speckle, with padding on the left."""
    speckle = torch.rand((1, 1, 64, 64), generator=generator())
    images = torch.cat([0.05 + 0.3 * speckle, 0.5 + 0.45 * speckle.flip(-1)])
    images[..., :8] = 0
    return images


def test_without_a_chance_nothing_changes() -> None:
    assert torch.equal(other_looks(batch(), generator(), 0.0, 0.0), batch())


def test_gray_values_go_towards_those_of_another_image_and_their_order_stays() -> None:
    images = batch()
    dark, bright = other_looks(images, generator(), 1.0, 0.0)[:, 0]
    inside = images[0, 0] > 0
    moved = [(image[inside] - own[0][inside]).mean() for image, own in zip((dark, bright), images, strict=True)]
    assert moved[0] > 0.02  # the dark image gets brighter
    assert moved[1] < -0.02
    order = images[0, 0][inside].argsort()
    assert (dark[inside][order].diff() >= -0.01).all()


def test_a_distribution_is_taken_over_whole_at_the_full_share() -> None:
    from Training.augmentation.looks import _with_distribution_of

    images = batch()
    inside = images > 0
    found = _with_distribution_of(images, images.flip(0), inside, inside.flip(0))
    shares = torch.tensor([0.1, 0.5, 0.9])
    for number, other in enumerate(images.flip(0)):
        wanted = torch.quantile(other[other > 0], shares)
        assert torch.allclose(torch.quantile(found[number][inside[number]], shares), wanted, atol=0.02)


def test_amplitudes_change_what_is_coarse_and_keep_what_is_fine() -> None:
    images = batch()
    images[1] = images[1] * torch.linspace(0.2, 1, 64).view(1, -1, 1)  # a coarse gradient
    found = other_looks(images, generator(), 0.0, 1.0)
    change = (found - images)[..., 16:-8]
    assert change.abs().max() > 0.01
    fine = change - torch.nn.functional.avg_pool2d(change, 9, stride=1, padding=4, count_include_pad=False)
    assert fine.abs().mean() < 0.3 * change.abs().mean()


def test_padding_stays_black_and_values_in_range() -> None:
    found = other_looks(batch(), generator(), 1.0, 1.0)
    assert (found[..., :8] == 0).all()
    assert 0 <= found.min() <= found.max() <= 1


def test_calipers_are_bright_few_and_elsewhere_in_every_image() -> None:
    images = torch.full((4, 1, 128, 128), 0.3)
    found = with_calipers(images, generator())
    drawn = found != images
    assert (found[drawn] >= 0.6).all()
    share = drawn.float().mean(dim=(1, 2, 3))
    assert ((share > 0.0005) & (share < 0.03)).all()
    assert not torch.equal(drawn[0], drawn[1])


def test_the_same_generator_gives_the_same_look() -> None:
    first, second = (with_calipers(other_looks(batch(), each, 0.5, 0.5), each) for each in (generator(), generator()))
    assert torch.equal(first, second)
