"""pip, `slicer.packaging` and the PyTorch extension as the installer meets them, on a folder of their own.

Stand-ins: their signatures and what they raise are Slicer 5.12's, Slicer 5.10's and SlicerPyTorch's.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import urllib.parse
import zipfile
from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from pathlib import Path
from subprocess import CalledProcessError
from types import ModuleType
from typing import Any

import qt
import slicer
import slicer.util
from packaging.requirements import Requirement

from BreastUSAILib.client.installing.python_environment import PythonEnvironment

INDEX = {
    "torch": "2.9.0+cpu",
    "torchvision": "0.24.0+cpu",
    "monai": "1.5.1",
    "captum": "0.9.0",
    "reportlab": "4.4.4",
    "light-the-torch": "0.8.1",
}


def put_package(
    site: Path,
    name: str,
    version: str | None = "1.0",
    *,
    code: bool = True,
    record: bool = True,
    libraries: tuple[str, ...] = (),
) -> Path:
    """A package in a site-packages folder, or a part of one; `libraries` are listed, and only written with `code`.

    Version None leaves its record unreadable. Returns the folder of its record.
    """
    if code:
        (site / name).mkdir(parents=True, exist_ok=True)
        (site / name / "__init__.py").write_text("raise AssertionError('imported')\n")
        for library in libraries:
            (site / library).parent.mkdir(parents=True, exist_ok=True)
            (site / library).write_text("")
    info = site / f"{name.replace('-', '_')}-{version or '0'}.dist-info"
    if record:
        info.mkdir(parents=True, exist_ok=True)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" if version else "\0\0\0"
        (info / "METADATA").write_text(text)
        (info / "RECORD").write_text("".join(f"{file},,\n" for file in (f"{name}/__init__.py", *libraries)))
    return info


def write_wheel(folder: Path, name: str, version: str, requires: str | Sequence[str] = ()) -> None:
    """A wheel with one empty module, and what it requires: one line, or several."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    with zipfile.ZipFile(folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "")
        lines = [requires] if isinstance(requires, str) else requires
        wheel.writestr(f"{info}/METADATA", metadata + "".join(f"Requires-Dist: {line}\n" for line in lines))
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


class Pip:
    """Runs of ``python -m pip`` on `site`.

    Args:
        site: where packages are installed.
        fails: word in the arguments -> the output after which pip ends with status 1.
        calls: the arguments of every run.
        constraints: the lines of the constraints file of every run, however pip was told.
    """

    def __init__(self, site: Path) -> None:
        self.site = site
        self.environment = PythonEnvironment([str(site)])
        self.index = dict(INDEX)
        self.fails: dict[str, str] = {}
        self.calls: list[list[str]] = []
        self.constraints: list[list[str]] = []

    def run(self, arguments: list[str]) -> None:
        self.calls.append(list(arguments))
        self.constraints.append(_constraints(arguments))
        for word, output in self.fails.items():
            if any(word in argument for argument in arguments):
                print(output)
                raise CalledProcessError(1, ["python", "-m", "pip", *arguments])
        if "--dry-run" in arguments:
            return
        names = [re.split(r"[^\w.-]", one)[0] for one in arguments[1:] if not one.startswith("-")]
        for name in names:
            if arguments[0] == "uninstall":
                self._remove(name)
            elif name in self.index:
                print(f"Collecting {name}")
                put_package(self.site, name, self.index[name])

    def _remove(self, name: str) -> None:
        for folder in (self.site / name, *self.site.glob(f"{name}-*.dist-info")):
            shutil.rmtree(folder, ignore_errors=True)


def slicer_packaging(pip: Pip) -> ModuleType:
    """`slicer.packaging` of Slicer 5.12."""
    module = ModuleType("slicer.packaging")

    def load_requirements(path: Any) -> list[Requirement]:
        lines = (line.strip() for line in Path(path).read_text().splitlines())
        return [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]

    def pip_install(
        requirements: Any,
        constraints: Any = None,
        no_deps_requirements: Any = None,
        skip_packages: Any = None,
        blocking: bool = True,
        show_progress: bool = True,
        requester: Any = None,
        parent: Any = None,
        logCallback: Any = None,
        completedCallback: Any = None,
    ) -> None:
        arguments = ["install", *requirements, *(["-c", str(constraints)] if constraints is not None else [])]
        if not blocking:
            qt.QTimer.singleShot(0, lambda: _run_later(pip, arguments, logCallback or print, completedCallback))
            return
        try:
            pip.run(arguments)
        except CalledProcessError:
            if show_progress:
                slicer.util.errorDisplay("Package installation failed.")
            raise

    def pip_ensure(
        requirements: list[Requirement],
        constraints: Any = None,
        skip_packages: Any = None,
        prompt_install: bool = True,
        prompt_restart: bool = True,
        requester: Any = None,
        skip_in_testing: bool = True,
        show_progress: bool = True,
    ) -> None:
        missing = [str(one) for one in requirements if not pip.environment.satisfies(str(one))]
        if not missing or (skip_in_testing and slicer.app.testingEnabled()):
            return
        if prompt_install and not slicer.util.confirmOkCancelDisplay("Python packages need to be installed."):
            raise RuntimeError("User declined package installation")
        pip_install(missing, constraints)

    module.__dict__.update(load_requirements=load_requirements, pip_install=pip_install, pip_ensure=pip_ensure)
    return module


def _run_later(pip: Pip, arguments: list[str], onLine: Any, onCompleted: Any) -> None:
    """A run that Slicer does not wait for: its lines and its end are told from the event loop."""
    said, status = io.StringIO(), 1
    try:
        with redirect_stdout(said), suppress(CalledProcessError):
            pip.run(arguments)
            status = 0
        for line in said.getvalue().splitlines():
            onLine(line)
    finally:
        onCompleted(status)


def pip_install_of_5_10(pip: Pip) -> Any:
    """`slicer.util.pip_install` of Slicer 5.10: one argument, pip's arguments as a list or a string."""

    def pip_install(requirements: Any) -> None:
        pip.run(["install", *(requirements.split() if isinstance(requirements, str) else requirements)])

    return pip_install


def pytorch_utils(pip: Pip, after: Any = None) -> ModuleType:
    """The module PyTorchUtils; `after` is called where the real one imports torch."""

    class PyTorchUtilsLogic:
        def installTorch(
            self,
            askConfirmation=False,
            forceComputationBackend=None,
            torchVersionRequirement=None,
            torchvisionVersionRequirement=None,
        ):
            assert not askConfirmation
            pip.run(["install", f"torch{torchVersionRequirement or ''}", "torchvision"])
            return object() if after is None else after()

    module = ModuleType("PyTorchUtils")
    module.PyTorchUtilsLogic = PyTorchUtilsLogic  # type: ignore[attr-defined]
    return module


def _constraints(arguments: list[str]) -> list[str]:
    files = [arguments[index + 1] for index, one in enumerate(arguments) if one in ("-c", "--constraint")]
    files += [urllib.parse.unquote(urllib.parse.urlparse(one).path) for one in _from_environment()]
    return [line for file in files for line in Path(file).read_text().splitlines()]


def _from_environment() -> list[str]:
    return [one for one in os.environ.get("PIP_CONSTRAINT", "").split() if one.startswith("file:")]
