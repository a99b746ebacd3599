"""The Python packages that the networks need: which are there, and what to say where one is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version

from ...errors import DependencyError

NEEDED = ("torch", "monai", "captum")


def package_versions() -> dict[str, str | None]:
    """The version of each needed package, None where it is not installed. Loads none of them."""
    return {name: _version(name) for name in NEEDED}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@contextmanager
def needing_packages() -> Iterator[None]:
    """Turn what Python says of a package that is missing or broken into a DependencyError."""
    try:
        yield
    except ImportError as error:
        name = (error.name or "").partition(".")[0] or "of the engine"
        missing = isinstance(error, ModuleNotFoundError) and name in NEEDED
        reason = "is not installed" if missing else f"cannot be loaded ({error})"
        raise DependencyError(
            f"the Python package {name} {reason}", remedy="Install or repair the packages that BreastUSAI needs"
        ) from error


def load_torch() -> None:
    """Load torch, the one whose own libraries may fail to load. Raises DependencyError."""
    with needing_packages():
        try:
            import torch  # noqa: F401
        except OSError as error:  # Windows, where a library that torch needs is missing
            raise ImportError(str(error), name="torch") from error
