"""The one question before an installation: what, how large, from where, and what stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slicer.i18n import tr as _

from .python_environment import Condition, Package, isTooLong


def installQuestion(packages: Sequence[Package], folder: Path) -> str:
    """What is to be installed into `folder` (site-packages), as one question with everything in it."""
    return "\n\n".join(
        [
            _("BreastUSAI needs Python packages that are not there yet. Install them now?"),
            _listed(packages),
            _(
                "They are downloaded from the internet (pypi.org, and download.pytorch.org for PyTorch) into Slicer's "
                "own Python: {folder}. With PyTorch this takes some minutes, in which Slicer may not answer."
            ).format(folder=folder),
            _untouched(),
            *_warnings(folder),
            _("Without a network, cancel and use Install from folder."),
        ]
    )


def repairQuestion(damaged: Sequence[Package], absent: Sequence[Package], folder: Path) -> str:
    """What is to be removed from `folder` and installed again, as one question with everything in it."""
    return "\n\n".join(
        [
            _("Packages that BreastUSAI needs are damaged or missing. Repair them now?"),
            *_removed(damaged),
            _listed([*damaged, *absent]),
            _("They are downloaded from the internet into Slicer's own Python: {folder}.").format(folder=folder),
            _untouched(),
            *_warnings(folder),
        ]
    )


def otherTorchQuestion(platform: str) -> str:
    """Whether PyTorch may come from the package index, where its own download site cannot be reached."""
    size = _("about 3 GB, with libraries for NVIDIA cards") if platform == "linux" else _("about 0.2 GB")
    return "\n\n".join(
        [
            _(
                "PyTorch's own download site (download.pytorch.org) cannot be reached, as behind some firewalls. The "
                "package index (pypi.org) has PyTorch too: {size}. Install it from there?"
            ).format(size=size),
            _("Otherwise cancel, and use Models > Install from folder."),
        ]
    )


def _removed(packages: Sequence[Package]) -> list[str]:
    names = ", ".join(package.name for package in packages)
    return [_("These are removed first: {names}.").format(names=names)] if names else []


def _listed(packages: Sequence[Package]) -> str:
    return "\n".join(f"• {_described(package)}" for package in packages)


def _described(package: Package) -> str:
    size = _sizes().get(package.name, _("some megabytes"))
    if package.condition is Condition.HALF:
        return _("{name}, half installed now: {size}").format(name=package.name, size=size)
    if package.condition is Condition.INSTALLED:
        return _("{name}, in place of version {version}: {size}").format(
            name=package.name, version=package.version, size=size
        )
    return f"{package.name}: {size}"


def _sizes() -> dict[str, str]:
    return {
        "torch": _("PyTorch and torchvision, through the PyTorch extension, 0.2 GB, or up to 3 GB for an NVIDIA card"),
        "monai": _("MONAI, networks for medical images, 2 MB"),
        "captum": _("Captum, explanations of networks, with Matplotlib, 20 MB"),
        "reportlab": _("ReportLab, PDF reports, 2 MB"),
    }


def _untouched() -> str:
    return _(
        "Packages that came with Slicer keep their versions, but for the installer pip itself; nothing outside this "
        "folder changes, and no image leaves this computer."
    )


def _warnings(folder: Path) -> list[str]:
    if not isTooLong(folder):
        return []
    return [
        _(
            "Careful: that folder's path has {length} characters. Windows may refuse some files below it; Slicer in a "
            "shorter folder avoids this."
        ).format(length=len(str(folder)))
    ]
