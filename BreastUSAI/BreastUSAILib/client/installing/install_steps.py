"""The steps of an installation: remove, PyTorch, the rest, or all from a folder. Each is one run of pip, explained."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from slicer.i18n import tr as _

from . import slicer_pip
from .install_failure import InstallError, declined, explain, gaveNoTorch, notDownloaded, withoutDownloadSite
from .python_environment import TORCH, Condition, Package, PythonEnvironment, nameIn, readRequirements, sitePackages

TORCH_VERSIONS = ">=2.2"
SHOWN = ("Collecting ", "Downloading ", "Installing ")
"""How the lines of pip begin that are worth showing while it runs."""

Message = Callable[[str], None]


class InstallSteps:
    """Runs pip step by step, keeps what it says, and raises InstallError for whatever goes wrong.

    Args:
        environment: the packages that are there.
        requirementsFile: requirements file for everything but torch.
    """

    def __init__(self, environment: PythonEnvironment, requirementsFile: Path) -> None:
        self._environment = environment
        self._requirementsFile = requirementsFile
        self.log: list[str] = []

    @property
    def logText(self) -> str:
        """What pip said, a line for each of its lines."""
        return "\n".join(self.log)

    def wanted(self) -> list[str]:
        """Every requirement, torch first."""
        return [f"torch{TORCH_VERSIONS}", *readRequirements(self._requirementsFile)]

    def unmet(self) -> list[str]:
        """The requirements that are not satisfied."""
        return [one for one in self.wanted() if not self._environment.satisfies(one)]

    def missing(self) -> list[str]:
        """Names of the packages whose requirements are not satisfied."""
        return [nameIn(one) for one in self.unmet()]

    def remove(self, packages: Sequence[Package], onMessage: Message) -> None:
        """Uninstall those of the packages that pip has records of, damaged records included."""
        names = [package.name for package in packages if package.recorded]
        if not names:
            return
        from subprocess import CalledProcessError

        onMessage(_("Removing {names}...").format(names=", ".join(names)))
        with self._step(onMessage):
            try:
                slicer_pip.uninstall(names)
            except CalledProcessError:
                # pip gives up where its own record is damaged; what is whole still, it may not write to
                if any(self._environment.package(name).condition is Condition.INSTALLED for name in names):
                    raise
            for name in names:
                self._environment.forget(name)

    def download(self, onMessage: Message, mayTakeOther: Callable[[], bool]) -> None:
        """Install what is missing from the network: torch through the PyTorch extension, then the rest.

        Args:
            onMessage: told what is going on.
            mayTakeOther: asked where PyTorch's own download site gives nothing, but the package index has it.
        """
        if "torch" in self.missing():
            onMessage(_("Installing PyTorch; Slicer may not answer for some minutes..."))
            self._downloadTorch(onMessage, mayTakeOther)
        if self.missing():
            onMessage(_("Installing {names}...").format(names=", ".join(self.missing())))
            with self._step(onMessage) as constraints:
                slicer_pip.install(self.unmet(), constraints)

    def _downloadTorch(self, onMessage: Message, mayTakeOther: Callable[[], bool]) -> None:
        try:
            with self._step(onMessage) as constraints:
                if not self._torchIsInstalled(constraints):
                    raise declined(self.logText)
        except InstallError as failure:
            if failure.cause != "network" and not gaveNoTorch(failure.log):
                raise
            onMessage(_("PyTorch's download site cannot be reached; looking at the package index..."))
            with self._step(onMessage) as constraints:
                isOffered = slicer_pip.isOffered(f"torch{TORCH_VERSIONS}", constraints)
            if not isOffered:
                raise notDownloaded(self.logText) from failure
            if not mayTakeOther():
                raise withoutDownloadSite(self.logText) from failure
            onMessage(_("Installing PyTorch from the package index; this takes some minutes..."))
            with self._step(onMessage) as constraints:
                slicer_pip.install([f"torch{TORCH_VERSIONS}"], constraints)

    def fromFolder(self, folder: Path, onMessage: Message) -> None:
        """Install what is missing from the package files in `folder`."""
        unmet = self.unmet()
        if not unmet:
            return
        onMessage(_("Installing from {folder}...").format(folder=folder))
        with self._step(onMessage) as constraints:
            slicer_pip.installFromFolder(folder, unmet, constraints)

    def _torchIsInstalled(self, constraints: Path) -> bool:
        try:
            return slicer_pip.installTorch(TORCH_VERSIONS, constraints)
        except Exception:
            # PyTorchUtils also brings torchvision, which is not needed, and ends with importing torch into Slicer,
            # which may fail where the engine's own process runs: what counts is what was installed.
            if "torch" in self.missing():
                raise
            return True

    @contextmanager
    def _step(self, onMessage: Message) -> Iterator[Path]:
        """One run of pip: gives a fresh constraints file, hears what is printed, and explains what is raised."""
        begin = len(self.log)

        def onLine(line: str) -> None:
            self.log.append(line)
            if line.startswith(SHOWN):
                onMessage(line)

        missing = self.missing()
        try:
            with tempfile.TemporaryDirectory(prefix="BreastUSAI-") as folder, slicer_pip.heard(onLine):
                constraints = Path(folder) / "constraints.txt"
                lines = self._environment.constraints([*missing, *(TORCH if "torch" in missing else ())])
                constraints.write_text("\n".join([*lines, ""]), encoding="utf-8")
                yield constraints
        except InstallError:
            raise
        except Exception as error:
            raise explain(error, "\n".join(self.log[begin:]), self.logText, sitePackages()) from error
