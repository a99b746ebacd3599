"""Installs what the engine needs beside what Slicer brings: asked once, on the first analysis, never at import."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import slicer
from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError
from . import slicer_pip
from .install_failure import InstallError, declined
from .install_steps import InstallSteps, Message
from .install_words import installQuestion, otherTorchQuestion, repairQuestion
from .python_environment import Condition, Package, PythonEnvironment, nameIn, sitePackages

REQUIREMENTS = Path(__file__).resolve().parents[3] / "Resources" / "requirements.txt"

Step = Callable[[Callable[[str], None]], None]
"""An installation: called with what is to be told its messages; raises InstallError."""


class InstallerLike(Protocol):
    """What is asked of `Installer`."""

    @property
    def logText(self) -> str:
        """What pip said."""
        ...

    def missing(self) -> list[str]:
        """Names of packages that are absent, half installed or of a version that does not fit; imports nothing."""
        ...

    def install(self, onMessage: Callable[[str], None]) -> None:
        """Install them."""
        ...

    def installFromFolder(self, path: str, onMessage: Callable[[str], None]) -> None:
        """Install them from files."""
        ...

    def repair(self, onMessage: Callable[[str], None]) -> None:
        """Install the damaged ones anew."""
        ...


class Installer:
    """Finds what is missing, asks once, and installs it; torch through the PyTorch extension, the rest through pip.

    Everything runs on the main thread and returns when it is done. Nothing that came with Slicer changes its version.
    Stop the engine's process before: Windows replaces no file that is in use.

    Args:
        ask: shown the question, True to go on.
        selfCheck: tries the engine in its process, raises BreastUSAIError where it does not run; None tries nothing.
        environment: the packages that are there; None is what Python finds.
        requirements: requirements file for everything but torch.
    """

    def __init__(
        self,
        ask: Callable[[str], bool],
        selfCheck: Callable[[], object] | None = None,
        environment: PythonEnvironment | None = None,
        requirements: Path = REQUIREMENTS,
    ) -> None:
        self._ask = ask
        self._selfCheck = selfCheck
        self._environment = environment or PythonEnvironment()
        self._steps = InstallSteps(self._environment, requirements)

    @property
    def logText(self) -> str:
        """What pip said since the last installation began."""
        return self._steps.logText

    def missing(self) -> list[str]:
        """Names of packages that are absent, half installed or of a version that does not fit; imports nothing."""
        return self._steps.missing()

    def install(self, onMessage: Message) -> None:
        """Install what is missing from the network; asks nothing and does nothing where nothing is.

        Raises InstallError.
        """
        packages = self._packages(self.missing())
        if not packages:
            return
        self._begin()
        _requireExtensionFor(packages)
        self._askFor(installQuestion(packages, sitePackages()))
        self._steps.remove(_halfInstalled(packages), onMessage)
        self._steps.download(onMessage, self._mayTakeOther)
        self._finish(onMessage)

    def installFromFolder(self, path: str | Path, onMessage: Message) -> None:
        """Install what is missing from package files in a folder, without a network. Raises InstallError."""
        self._begin()
        folder = Path(path)
        if not any(folder.glob("*.whl")):
            raise InstallError(
                "unknown",
                _("the folder {folder} holds no Python packages (*.whl)").format(folder=folder),
                remedy=_("Fill it with 'PythonSlicer -m pip download' on a computer of this kind with a network"),
            )
        self._steps.remove(_halfInstalled(self._packages(self.missing())), onMessage)
        self._steps.fromFolder(folder, onMessage)
        self._finish(onMessage)

    def repair(self, onMessage: Message) -> None:
        """Remove what is damaged and install it again, from the network; asks once. Raises InstallError.

        Damaged is what is half installed or lacks compiled files; and everything where all of it seems to be there
        and the engine does not run.
        """
        self._begin()
        wanted = self._packages(map(nameIn, self._steps.wanted()))
        missing = self.missing()
        damaged = [package for package in wanted if self._isDamaged(package)]
        absent = [package for package in wanted if package.name in missing and package not in damaged]
        if not damaged and not absent:
            if self._engineRuns():
                onMessage(_("Everything is installed: there is nothing to repair."))
                return
            damaged = wanted
        _requireExtensionFor([*damaged, *absent])
        self._askFor(repairQuestion(damaged, absent, sitePackages()))
        self._steps.remove(damaged, onMessage)
        self._steps.download(onMessage, self._mayTakeOther)
        self._finish(onMessage)

    def _packages(self, names: Iterable[str]) -> list[Package]:
        return [self._environment.package(name) for name in names]

    def _isDamaged(self, package: Package) -> bool:
        return package.condition is Condition.HALF or bool(self._environment.missingLibraries(package.name))

    def _begin(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("packages are installed on the main thread only")
        self._steps.log.clear()
        application = getattr(slicer, "app", None)
        if application is not None and application.testingEnabled():
            raise InstallError(
                "declined",
                _("Slicer runs in testing mode, in which nothing is installed"),
                remedy=_("Start Slicer without --testing"),
            )

    def _askFor(self, question: str) -> None:
        if not self._ask(question):
            raise declined()

    def _mayTakeOther(self) -> bool:
        return self._ask(otherTorchQuestion(sys.platform))

    def _engineRuns(self) -> bool:
        try:
            self._checkEngine()
        except BreastUSAIError as error:
            self._steps.log.append(str(error))
            return False
        return True

    def _checkEngine(self) -> None:
        if self._selfCheck is not None:
            self._selfCheck()

    def _finish(self, onMessage: Message) -> None:
        if still := self.missing():
            raise InstallError(
                "unknown",
                _("pip ended without an error, but {names} cannot be found").format(names=", ".join(still)),
                remedy=_("Restart Slicer and press Repair"),
                log=self.logText,
            )
        onMessage(_("Trying the engine..."))
        try:
            self._checkEngine()
        except BreastUSAIError as error:
            raise InstallError(
                "unknown",
                _("everything is installed, but the engine does not run ({problem})").format(problem=error.problem),
                remedy=_("Restart Slicer and press Repair"),
                log=f"{self.logText}\n{error}",
            ) from error
        onMessage(_("Everything is installed."))


def _halfInstalled(packages: Iterable[Package]) -> list[Package]:
    return [package for package in packages if package.condition is Condition.HALF]


def _requireExtensionFor(packages: Iterable[Package]) -> None:
    """Before anybody agrees to what cannot be done. Raises InstallError."""
    if any(package.name == "torch" for package in packages):
        slicer_pip.requireTorchExtension()
