"""What Slicer's Python has installed, found without importing any of it."""

from __future__ import annotations

import importlib
import importlib.machinery
import re
import shutil
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution

SLICER_BRINGS = (
    *("certifi", "cffi", "chardet", "charset-normalizer", "couchdb", "cryptography", "dcmqi", "Deprecated"),
    *("dicomweb-client", "gitdb", "GitPython", "highdicom", "idna", "numpy", "packaging", "pillow"),
    *("pycparser", "pydicom", "PyGithub", "PyJWT", "pyjpegls", "PyNaCl", "pyparsing", "python-dateutil", "requests"),
    *("retrying", "scipy", "setuptools", "SimpleITK", "six", "smmap", "typing_extensions", "urllib3", "wheel", "wrapt"),
)
"""Distributions that Slicer 5.10 and 5.12 are shipped with, but for pip.

pip is the tool and nothing that Slicer runs on: what installs PyTorch needs an older one than Slicer 5.12 brings.
"""

TORCH = ("torch", "torchvision")
"""What the PyTorch extension installs together."""

LONGEST_SITE_PACKAGES = 95
"""Characters of the site-packages path above which PyTorch's own files pass the 260 that Windows allows."""

_LIBRARY = re.compile(r"\.(so|dll|pyd|dylib)(\.\d+)*$")


class Condition(Enum):
    """Whether a package can be used. ``HALF``: an installation or removal of it was not finished."""

    ABSENT = "absent"
    HALF = "half installed"
    INSTALLED = "installed"


@dataclass(frozen=True)
class Package:
    """What there is of one package.

    Args:
        name: its name, the same for pip and for ``import``.
        recorded: whether pip's record of it (``.dist-info``) is there.
        version: the version in that record, or None where there is none to read.
        importable: whether there is code to import.
        remains: whether there is a folder of that name without code.
    """

    name: str
    recorded: bool
    version: str | None
    importable: bool
    remains: bool

    @property
    def condition(self) -> Condition:
        """Whether record and code are both there, both missing, or do not go together."""
        if self.version is not None and self.importable:
            return Condition.INSTALLED
        return Condition.HALF if self.recorded or self.importable or self.remains else Condition.ABSENT


class PythonEnvironment:
    """The packages on a search path.

    Args:
        path: where to look; None is `sys.path` as it is at each call.
    """

    def __init__(self, path: Sequence[str] | None = None) -> None:
        self._path = None if path is None else list(path)

    def package(self, name: str) -> Package:
        """What there is of `name`; nothing is imported."""
        importlib.invalidate_caches()
        records = list(self._records(name))
        spec = importlib.machinery.PathFinder.find_spec(name, self._where())
        isCode = spec is not None and spec.origin is not None
        version = _versionIn(records[0]) if records else None
        return Package(name, bool(records), version, isCode, spec is not None and not isCode)

    def satisfies(self, requirement: str) -> bool:
        """Whether the package of a requirement such as ``monai>=1.3,!=1.4.*`` is installed in a fitting version."""
        from packaging.requirements import Requirement
        from packaging.version import InvalidVersion

        wanted = Requirement(requirement)
        found = self.package(wanted.name)
        if found.condition is not Condition.INSTALLED or found.version is None:
            return False
        try:
            return wanted.specifier.contains(found.version, prereleases=True)
        except InvalidVersion:
            return False

    def missingLibraries(self, name: str) -> list[str]:
        """Compiled files that pip's record of `name` lists and that are not there."""
        records = list(self._records(name))
        listed = (records[0].files or []) if records else []
        return [str(file) for file in listed if _LIBRARY.search(file.name) and not Path(str(file.locate())).exists()]

    def constraints(self, replaceable: Collection[str] = ()) -> list[str]:
        """Lines of a pip constraints file that keep what Slicer brings, and PyTorch, at their versions.

        Packages named in `replaceable` are left out: pip may choose their version.
        """
        free = {_canonical(name) for name in replaceable}
        kept = [name for name in (*SLICER_BRINGS, *TORCH) if _canonical(name) not in free]
        versions = {name: _versionIn(record) for name in kept for record in [next(self._records(name), None)] if record}
        return [f"{name}=={version}" for name, version in versions.items() if version is not None]

    def forget(self, name: str) -> None:
        """Delete pip's records of `name` (its ``.dist-info`` folders), which pip itself cannot remove once damaged.

        Raises OSError.
        """
        for record in list(self._records(name)):
            folder = Path(str(record.locate_file("")))
            for info in folder.glob("*.dist-info"):
                if _canonical(info.name.split("-")[0]) == _canonical(name):
                    shutil.rmtree(info)
        importlib.invalidate_caches()

    def _records(self, name: str) -> Iterator[Distribution]:
        from importlib.metadata import distributions  # slow to load, and of no use to a panel that only opens

        yield from distributions(name=name, path=self._where())

    def _where(self) -> list[str]:
        return list(sys.path) if self._path is None else self._path


def sitePackages() -> Path:
    """The folder that pip installs into."""
    import sysconfig

    return Path(sysconfig.get_paths()["purelib"])


def isTooLong(folder: Path, platform: str = sys.platform) -> bool:
    """Whether PyTorch below that site-packages folder would have paths that Windows refuses."""
    return platform == "win32" and len(str(folder)) > LONGEST_SITE_PACKAGES


def readRequirements(file: Path) -> list[str]:
    """The requirements in a requirements file, one a line, without comments. Raises OSError."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def nameIn(requirement: str) -> str:
    """The package's name in a requirement such as ``monai>=1.3``."""
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def _versionIn(record: Distribution) -> str | None:
    try:
        version: str | None = record.version
    except (LookupError, ValueError, OSError):
        return None
    return version or None


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
