"""Plausible normal, benign and malignant specifications, drawn from the descriptions of the BI-RADS lexicon."""

from __future__ import annotations

import numpy as np

from ..engine.errors import OptionError
from ..engine.findings.analysis import Label
from .acquisition import Acquisition
from .frame import PhantomSpec
from .lesion import Echo, LesionSpec, Margin, Posterior, Shape
from .probe import CurvedProbe, LinearProbe, Probe
from .tissue import Anatomy

CURVED_SHARE = 0.1


def random_spec(seed: int, label: Label) -> PhantomSpec:
    """A specification of the given class; the same seed and label give the same one.

    Benign: oval or gently lobulated, parallel, circumscribed, often a cyst or with enhancement. Malignant:
    irregular or spiculated, often taller than wide, indistinct or with a halo, shadowing. Raises OptionError for a
    label that is not a class.
    """
    if label not in (Label.NORMAL, Label.BENIGN, Label.MALIGNANT):
        raise OptionError(f"'{label}' is not a class of phantom", remedy="Choose normal, benign or malignant")
    rng = np.random.default_rng([seed, len(label.value)])
    curved = rng.random() < CURVED_SHARE
    depth = float(rng.uniform(46, 56) if curved else rng.uniform(30, 44))
    probe: Probe = CurvedProbe(float(rng.uniform(40, 60)), float(rng.uniform(50, 65))) if curved else LinearProbe(38.0)
    height, width = probe.extent_mm(depth)
    columns = int(rng.integers(380, 480))
    anatomy = _anatomy(rng, depth)
    lesions = () if label is Label.NORMAL else (_lesion(rng, label, anatomy),)
    return PhantomSpec(
        seed=int(rng.integers(2**31)),
        rows=round(columns * height / width),
        columns=columns,
        depth_mm=depth,
        probe=probe,
        anatomy=anatomy,
        lesions=lesions,
        acquisition=_acquisition(rng, anatomy),
    )


def _anatomy(rng: np.random.Generator, depth_mm: float) -> Anatomy:
    gland = depth_mm * rng.uniform(0.17, 0.28)
    muscle = depth_mm * rng.uniform(0.62, 0.82)
    return Anatomy(
        gel_mm=rng.uniform(0.5, 1.1),
        skin_mm=rng.uniform(1.0, 2.0),
        gland_mm=gland,
        retromammary_mm=muscle - rng.uniform(1.5, 4.5),
        muscle_mm=muscle,
        chest_wall_mm=muscle + rng.uniform(6.0, 11.0),
        density=rng.uniform(0.25, 0.85),
        rib=bool(rng.random() < 0.25),
    )


def _acquisition(rng: np.random.Generator, anatomy: Anatomy) -> Acquisition:
    return Acquisition(
        frequency_mhz=rng.uniform(8.5, 12.5),
        cycles=rng.uniform(2.6, 3.8),
        focus_mm=(anatomy.gland_mm + anatomy.retromammary_mm) / 2,
        f_number=rng.uniform(3.2, 4.8),
        looks=int(rng.choice([2, 3, 3, 5])),
        dynamic_range_db=rng.uniform(54, 66),
        gain_db=rng.uniform(-2, 4),
        tgc_error_db=rng.uniform(-8, 1),
        dropout_db=rng.uniform(6, 20) * float(rng.choice([-1, 0, 0, 0, 1])),
    )


def _center(rng: np.random.Generator, anatomy: Anatomy, height_mm: float) -> tuple[float, float]:
    top = anatomy.gel_mm + anatomy.skin_mm + 1.5 + height_mm / 2
    bottom = max(anatomy.muscle_mm - 1.5 - height_mm / 2, top + 0.5)
    wanted = rng.normal((anatomy.gland_mm + anatomy.retromammary_mm) / 2 - 1.0, 2.0)
    return float(rng.uniform(-8, 8)), float(np.clip(wanted, top, bottom))


def _lesion(rng: np.random.Generator, label: Label, anatomy: Anatomy) -> LesionSpec:
    room = anatomy.muscle_mm - anatomy.gel_mm - anatomy.skin_mm - 3.0
    return (_benign if label is Label.BENIGN else _malignant)(rng, anatomy, room)


def _benign(rng: np.random.Generator, anatomy: Anatomy, room_mm: float) -> LesionSpec:
    width = rng.uniform(6, 17)
    height = min(width * rng.uniform(0.45, 0.72), 0.8 * room_mm)
    echo = Echo(rng.choice(["hypoechoic", "hypoechoic", "hypoechoic", "anechoic", "isoechoic", "complex"]))
    cyst = echo in (Echo.ANECHOIC, Echo.COMPLEX)
    behind = "enhancement" if cyst else rng.choice(["enhancement", "edge_shadows", "none"])
    return LesionSpec(
        center_mm=_center(rng, anatomy, height),
        width_mm=width,
        height_mm=height,
        label=Label.BENIGN,
        shape=Shape.OVAL if cyst else Shape(rng.choice(["oval", "oval", "lobulated"])),
        echo=echo,
        posterior=Posterior(behind),
        tilt_deg=rng.normal(0, 7),
        contrast_db=rng.uniform(-4, 1),
        thickness_mm=width,
    )


def _malignant(rng: np.random.Generator, anatomy: Anatomy, room_mm: float) -> LesionSpec:
    height = min(rng.uniform(8, 18), 0.8 * room_mm)
    width = height * rng.uniform(0.7, 1.35)
    return LesionSpec(
        center_mm=_center(rng, anatomy, height),
        width_mm=width,
        height_mm=height,
        label=Label.MALIGNANT,
        shape=Shape(rng.choice(["irregular", "irregular", "spiculated"])),
        margin=Margin(rng.choice(["indistinct", "halo"])),
        posterior=Posterior(rng.choice(["shadowing", "shadowing", "shadowing", "none"])),
        tilt_deg=rng.normal(0, 12),
        contrast_db=rng.uniform(-2, 4),
        microcalcifications=int(rng.integers(3, 10)) if rng.random() < 0.33 else 0,
        thickness_mm=width,
    )
