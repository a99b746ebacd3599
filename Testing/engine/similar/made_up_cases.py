"""Made-up cases: features around a direction for each class, so that alike is alike."""

from __future__ import annotations

import hashlib

import numpy as np

from BreastUSAILib.engine.findings.analysis import ModelIdentity
from BreastUSAILib.engine.similar.case import CaseFacts, NewCase
from BreastUSAILib.engine.similar.signature import Asked

FEATURES = 12
CLASSIFIER = ModelIdentity("classification", "made_up", "1.0.0", "a" * 64)
OTHER_CLASSIFIER = ModelIdentity("classification", "other", "2.0.0", "b" * 64)
CENTERS = {"benign": 0, "malignant": 4, "normal": 8}


def features_of(label: str, seed: int, spread: float = 0.15) -> np.ndarray:
    """Features ``[12]`` near the direction of a class."""
    around = np.zeros(FEATURES)
    around[CENTERS[label]] = 1.0
    return (around + np.random.default_rng(seed).normal(0, spread, FEATURES)).astype(np.float32)


def hash_of(seed: int) -> bytes:
    """A picture's 32 bytes that differ in about half their bits from any other's."""
    return hashlib.sha256(f"picture {seed}".encode()).digest()


def case_of(label: str, seed: int, patient: str = "", **facts: object) -> NewCase:
    """A case whose features and picture follow from its seed."""
    pixels = hashlib.sha256(f"pixels {seed}".encode()).digest()[:16]
    return NewCase(CaseFacts(label, **facts), features_of(label, seed), hash_of(seed), pixels, patient)


def asked_of(label: str, seed: int) -> Asked:
    """A frame to find cases for, with the features and the picture of that seed."""
    return Asked(0, features_of(label, seed), hash_of(seed))


def cases_of(count: int, first_seed: int = 0) -> list[NewCase]:
    """Benign and malignant cases by turns, each of a patient of its own."""
    labels = ("benign", "malignant")
    return [case_of(labels[seed % 2], seed, f"patient {seed}") for seed in range(first_seed, first_seed + count)]
