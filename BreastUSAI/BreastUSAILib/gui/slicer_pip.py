"""pip as Slicer runs it: `slicer.packaging` where there is one (5.12), else `slicer.util` (5.10).

Main thread only. Everything pip prints is handed on line by line.
"""

from __future__ import annotations

import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from .install_failure import InstallError

REQUESTER = "BreastUSAI"


def installTorch(specifier: str, constraints: Path) -> bool:
    """Install PyTorch through the PyTorch extension; False where that says the user did not want it.

    Args:
        specifier: versions that will do, such as ``>=2.2``.
        constraints: pip constraints file. PyTorchUtils takes none, so that pip is told by its environment variable.

    Raises InstallError where the extension is missing, and whatever its pip run raises.
    """
    try:
        from PyTorchUtils import PyTorchUtilsLogic
    except ImportError:
        raise InstallError(
            "unknown",
            _("the PyTorch extension is not installed"),
            remedy=_("Install it in the Extensions Manager, restart Slicer, and press Analyze again"),
        ) from None
    install = PyTorchUtilsLogic().installTorch
    wanted: dict[str, Any] = {"askConfirmation": False, "torchVersionRequirement": specifier}
    with _pipEnvironment(constraints):
        return install(**_understood(install, wanted)) is not None


def ensure(requirementsFile: Path, requirements: Sequence[str], constraints: Path) -> None:
    """Install what is missing of the requirements file, without a question; shows Slicer's progress window.

    Slicer without `slicer.packaging` is given `requirements`, the same as a list. Raises what pip's run raises.
    """
    packaging = _packaging()
    if packaging is None:
        slicer.util.pip_install([*requirements, "--constraint", str(constraints)])
        return
    packaging.pip_ensure(
        packaging.load_requirements(requirementsFile),
        constraints=constraints,
        prompt_install=False,
        requester=REQUESTER,
    )


def installFromFolder(folder: Path, requirements: Sequence[str], constraints: Path) -> None:
    """Install the requirements from files in `folder`, without any network. Raises what pip's run raises."""
    arguments = [*requirements, "--no-index", "--find-links", str(folder), "--constraint", str(constraints)]
    packaging = _packaging()
    if packaging is None:
        slicer.util.pip_install(arguments)
    else:
        packaging.pip_install(arguments, requester=REQUESTER)


def uninstall(names: Sequence[str]) -> None:
    """Remove packages, as far as pip has records of them. Raises what pip's run raises."""
    slicer.util.pip_uninstall(list(names))


@contextmanager
def heard(onLine: Callable[[str], None]) -> Iterator[None]:
    """Within this block each line that is printed is also given to `onLine`: Slicer prints all of pip's output."""
    with redirect_stdout(_Tee(sys.stdout, onLine)):  # type: ignore[type-var]
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
