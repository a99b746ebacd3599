"""Why an installation failed: one of the usual causes, told from pip's output and the exception, in one sentence."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from slicer.i18n import tr as _

from ...engine.errors import BreastUSAIError

Cause = Literal["network", "disk", "path length", "declined", "unknown"]

LONGEST_DETAIL = 200

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        "path length",
        r"file ?name too long|filename or extension is too long|WinError 206|Errno (36|63)\]|Long Path support",
    ),
    ("full", r"no space left on device|Errno (28|122)\]|WinError 112|not enough space on the disk|disk quota exceeded"),
    (
        "not writable",
        r"permission denied|Errno (1|13|30)\]|WinError (5|32)\]|access is denied|read-only file system"
        r"|being used by another process",
    ),
    (
        "network",
        r"NewConnectionError|failed to establish a new connection|ConnectTimeoutError|ReadTimeoutError|read timed out"
        r"|connection (refused|reset|aborted|broken)|name resolution|getaddrinfo failed|name or service not known"
        r"|nodename nor servname|network is unreachable|no route to host|ProxyError|cannot connect to proxy|SSLError"
        r"|CERTIFICATE_VERIFY_FAILED|confirming the ssl certificate|max retries exceeded"
        r"|(403|407|5\d\d) (client|server) error|IncompleteRead|RemoteDisconnected",
    ),
)
_ERRNOS = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "full"),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "not writable"),
    errno.ENAMETOOLONG: "path length",
}


_IS_FOR_PROGRAMMERS = re.compile(r"^(Exception:?)?$|^Traceback|^\w*(Error|Exception|Interrupt)\b")
"""What pip prints after ``ERROR:`` where it crashed itself."""


class InstallError(BreastUSAIError):
    """Packages could not be installed.

    Args:
        cause: ``network``, ``disk`` (full, or not writable), ``path length``, ``declined`` or ``unknown``.
        problem: what was wrong, a phrase without a full stop.
        remedy: what the reader can do.
        log: what pip said.
    """

    def __init__(self, cause: Cause, problem: str, *, remedy: str, log: str = "") -> None:
        self.cause: Cause = cause
        self.log = log
        super().__init__(problem, remedy=remedy)


def declined(log: str = "") -> InstallError:
    """The failure of an installation that the user did not want."""
    return InstallError(
        "declined",
        _("the installation was declined and nothing was changed"),
        remedy=_("Press Analyze again when you want to install what is missing"),
        log=log,
    )


def gaveNoTorch(step: str) -> bool:
    """Whether PyTorch's download site gave nothing, told from pip's output: some firewalls let no error be seen."""
    return (
        re.search(r"requirement torch\S* \(from versions: none\)|(?s:ERROR: Exception:.*light_the_torch)", step)
        is not None
    )


def notDownloaded(log: str = "") -> InstallError:
    """The failure of a download."""
    return InstallError(
        "network",
        _("the packages could not be downloaded"),
        remedy=_("Check the network and the proxy settings and try again, or use Models > Install from folder"),
        log=log,
    )


def withoutDownloadSite(log: str = "") -> InstallError:
    """The failure where PyTorch's download site cannot be reached and the user did not want it from the index."""
    return InstallError(
        "network",
        _("PyTorch's download site cannot be reached, and nothing was installed from elsewhere"),
        remedy=_("Press Analyze again to take PyTorch from the package index, or use Models > Install from folder"),
        log=log,
    )


def explain(error: BaseException, step: str, log: str, folder: Path) -> InstallError:
    """The `InstallError` for what pip, PyTorchUtils or Slicer raised.

    Args:
        error: what was raised.
        step: pip's output from the beginning of the step that failed.
        log: everything so far, kept in the error.
        folder: the site-packages folder, for the words.
    """
    if isinstance(error, RuntimeError) and "declined" in str(error).lower():
        return declined(log)
    kind = _kind(error, step)
    if kind == "path length":
        return InstallError(
            "path length",
            _("a file's path would be too long: Slicer's Python folder {folder} has {length} characters").format(
                folder=folder, length=len(str(folder))
            ),
            remedy=_("Install Slicer into a shorter folder, or let Windows allow long paths, and press Repair"),
            log=log,
        )
    if kind == "full":
        return InstallError(
            "disk",
            _("the disk is full"),
            remedy=_("Free up to 8 GB where Slicer is installed and where temporary files go, and press Repair"),
            log=log,
        )
    if kind == "not writable":
        return InstallError(
            "disk",
            _("a file below {folder} could not be written or replaced").format(folder=folder),
            remedy=_("Restart Slicer so that no file is in use, check that you may write there, and press Repair"),
            log=log,
        )
    if kind == "network":
        return notDownloaded(log)
    return _unknown(error, step, log)


def _kind(error: BaseException, step: str) -> str | None:
    if isinstance(error, (ConnectionError, TimeoutError)):
        return "network"
    if isinstance(error, OSError) and error.errno in _ERRNOS:
        return _ERRNOS[error.errno]
    # What pip calls an error counts before what it only warned of and may have got over.
    for text in ("\n".join(_errorLines(step)), f"{step}\n{error}"):
        for kind, pattern in _PATTERNS:
            if re.search(pattern, text, re.IGNORECASE):
                return kind
    return None


def _unknown(error: BaseException, step: str, log: str) -> InstallError:
    missing = re.search(r"No matching distribution found for (\S+)", step)
    if missing:
        return InstallError(
            "unknown",
            _("there is no package '{package}' for this version of Python").format(package=missing[1]),
            remedy=_("Update Slicer, or put a file of that package for this Slicer into the folder"),
            log=log,
        )
    if "ResolutionImpossible" in step:
        conflict = re.search(r"^\s*(\S+) \S+ depends on (\S+)", step, re.MULTILINE)
        which = _(" ({name} needs {needed})").format(name=conflict[1], needed=conflict[2]) if conflict else ""
        return InstallError(
            "unknown",
            _("no version of the packages fits what Slicer brings{which}").format(which=which),
            remedy=_("Show the log and report it, or remove extensions that installed older packages"),
            log=log,
        )
    if "already in progress" in str(error):
        return InstallError(
            "unknown",
            _("another installation is running in Slicer"),
            remedy=_("Wait until it has ended, and try again"),
            log=log,
        )
    last = next((line for line in _errorLines(step) if not _IS_FOR_PROGRAMMERS.search(line)), "")
    if last:
        problem = _("the installation failed: {detail}").format(
            detail=" ".join(last.split()).rstrip(".")[:LONGEST_DETAIL]
        )
    else:
        problem = _("the installation failed, and pip does not say why in one sentence")
    return InstallError("unknown", problem, remedy=_("Show the log, and press Repair to try again"), log=log)


def _errorLines(step: str) -> Iterator[str]:
    return (line.partition("ERROR:")[2].strip() for line in step.splitlines() if "ERROR:" in line)
