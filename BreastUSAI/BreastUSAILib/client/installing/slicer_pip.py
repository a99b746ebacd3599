"""pip as Slicer runs it: `slicer.packaging` where there is one (5.12), else `slicer.util` (5.10).

Main thread only. Everything pip prints is handed on line by line.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from .install_failure import InstallError

LIGHT_THE_TORCH = "light-the-torch>=0.5"
"""What the PyTorch extension installs PyTorch with, and would install itself with a window of its own for a failure."""

_POLL_S = 0.01


def requireTorchExtension() -> type:
    """The logic of the PyTorch extension. Raises InstallError, with the way to get it, where it is not installed."""
    try:
        from PyTorchUtils import PyTorchUtilsLogic
    except ImportError:
        raise InstallError(
            "unknown",
            _("the PyTorch extension is not installed in Slicer"),
            remedy=_(
                "Open View > Extensions Manager, install 'PyTorch', restart Slicer, and press Analyze again; without a "
                "network use Models > Install from folder"
            ),
        ) from None
    logic: type = PyTorchUtilsLogic
    return logic


def installTorch(specifier: str, constraints: Path) -> bool:
    """Install PyTorch through the PyTorch extension; False where that says the user did not want it.

    Args:
        specifier: versions that will do, such as ``>=2.2``.
        constraints: pip constraints file. PyTorchUtils takes none, so that pip is told by its environment variable.

    Raises InstallError where the extension is missing, and whatever its pip run raises.
    """
    logic = requireTorchExtension()
    if hasattr(logic, "_installLightTheTorch") and importlib.util.find_spec("light_the_torch") is None:
        install([LIGHT_THE_TORCH], constraints)
        importlib.invalidate_caches()
    installIt = logic().installTorch
    wanted: dict[str, Any] = {"askConfirmation": False, "torchVersionRequirement": specifier}
    with _pipEnvironment(constraints):
        return installIt(**_understood(installIt, wanted)) is not None


def install(arguments: Sequence[str], constraints: Path) -> None:
    """Run ``pip install`` with these requirements and options. Raises CalledProcessError where pip fails.

    The application's events are handled meanwhile, and no window of Slicer's is shown, neither while it runs nor when
    it fails: the panel does both. Slicer without `slicer.packaging` handles events with each line of pip's.
    """
    packaging = _packaging()
    if packaging is None:
        slicer.util.pip_install([*arguments, "--constraint", str(constraints)])
        return
    ended: list[int] = []
    packaging.pip_install(
        list(arguments),
        constraints=constraints,
        blocking=False,
        show_progress=False,
        logCallback=print,
        completedCallback=ended.append,
    )
    while not ended:
        slicer.app.processEvents()
        time.sleep(_POLL_S)
    if ended[0] != 0:
        from subprocess import CalledProcessError

        raise CalledProcessError(ended[0], ["pip", "install", *arguments])


def isOffered(requirement: str, constraints: Path) -> bool:
    """Whether the package index can be reached and has a release that does; nothing is installed."""
    from subprocess import CalledProcessError

    try:
        install([requirement, "--dry-run", "--no-deps"], constraints)
    except CalledProcessError:
        return False
    return True


def installFromFolder(folder: Path, requirements: Sequence[str], constraints: Path) -> None:
    """Install the requirements from files in `folder`, without any network. Raises what pip's run raises."""
    install([*requirements, "--no-index", "--find-links", str(folder)], constraints)


def uninstall(names: Sequence[str]) -> None:
    """Remove packages, as far as pip has records of them. Raises what pip's run raises."""
    slicer.util.pip_uninstall(list(names))


@contextmanager
def heard(onLine: Callable[[str], None]) -> Iterator[None]:
    """Within this block each line that is printed is also given to `onLine`: Slicer prints all of pip's output."""
    with redirect_stdout(_Tee(sys.stdout, onLine)):
        yield


class _Tee:
    """Hands on what is written, and each whole line to `onLine`, except what `onLine` itself writes."""

    def __init__(self, out: Any, onLine: Callable[[str], None]) -> None:
        self._out = out
        self._onLine = onLine
        self._begun = ""
        self._isTelling = False

    def write(self, text: str) -> int:
        if self._out is not None:
            self._out.write(text)
        if not self._isTelling:
            *lines, self._begun = (self._begun + text).split("\n")
            for line in lines:
                self._tell(line.rstrip())
        return len(text)

    def _tell(self, line: str) -> None:
        self._isTelling = True
        try:
            self._onLine(line)
        except Exception:  # raised into Slicer's own reading of pip's output, it would wait for pip's end for ever
            logging.exception("BreastUSAI: what pip said could not be shown")
        finally:
            self._isTelling = False

    def flush(self) -> None:
        if hasattr(self._out, "flush"):
            self._out.flush()


@contextmanager
def _pipEnvironment(constraints: Path) -> Iterator[None]:
    # As an address, because pip takes a space in this variable for the beginning of another file.
    before = os.environ.get("PIP_CONSTRAINT")
    ours = constraints.absolute().as_uri()
    os.environ["PIP_CONSTRAINT"] = f"{before} {ours}" if before else ours
    try:
        yield
    finally:
        if before is None:
            del os.environ["PIP_CONSTRAINT"]
        else:
            os.environ["PIP_CONSTRAINT"] = before


def _understood(function: Callable[..., Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The keyword arguments that `function` takes: versions of the PyTorch extension differ."""
    parameters = inspect.signature(function).parameters
    takesAll = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters.values())
    return {name: value for name, value in wanted.items() if takesAll or name in parameters}


def _packaging() -> Any:
    try:
        import slicer.packaging
    except ImportError:
        return None
    return slicer.packaging
