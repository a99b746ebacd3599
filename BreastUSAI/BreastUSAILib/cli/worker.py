"""`breastusai worker`: the engine as the process behind Slicer's panel, JSON-RPC on stdin and stdout."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from ..engine.options import ModelChoice
    from ..engine.remote.serving.server import Call
    from ..engine.remote.serving.warm_engine import LoadedEngine

GRACE_S = 3.0  # what is being written may be finished within it after the parent is gone
_WATCH_S = 0.5


def run_worker(load: Callable[[ModelChoice], LoadedEngine] | None = None) -> int:
    """Serve until stdin ends, the parent is gone, or it says ``exit``; does not return.

    `load` gives the engine for a choice of models: the real one unless a test hands in another.
    """
    incoming, outgoing = own_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in Slicer's console is the parent's business
    faulthandler.enable()
    from ..engine.remote.serving.analysis_methods import AnalysisMethods
    from ..engine.remote.serving.model_methods import ModelMethods
    from ..engine.remote.serving.server import Server
    from ..engine.remote.serving.warm_engine import WarmEngine, load_engine
    from .terminal import quiet_libraries

    quiet_libraries()
    warm = WarmEngine(load or load_engine)
    analysis = AnalysisMethods(warm)

    def analyze_folder(call: Call) -> Mapping[str, Any]:
        from . import remote_folder  # with all that writes files, which nothing else here needs

        return remote_folder.analyze_folder(call, analysis.engine)

    def save_report(call: Call) -> Mapping[str, Any]:
        from . import remote_report

        return remote_report.save_report(call)

    def save_readers(call: Call) -> Mapping[str, Any]:
        from . import remote_report

        return remote_report.save_readers(call)

    own = {"analyzeFolder": analyze_folder, "saveReport": save_report, "saveReaders": save_readers}
    methods = {**analysis.table, **ModelMethods(warm.forget).table, **own}
    server = Server(incoming, outgoing, methods, on_end=leave_soon)
    watch_parent(server.end)
    server.serve()
    leave(0)
    return 0


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """The original stdin and stdout, for the protocol alone.

    Whatever libraries print, C code included, goes to stderr from here on, and whatever they read is empty.
    """
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return incoming, outgoing


def watch_parent(gone: Callable[[], None]) -> None:
    """Call `gone` once the process that started this one has ended.

    The end of stdin mostly says so first; it does not where another program holds the other end too. Windows keeps no
    parents, and there stdin has to do.
    """
    parent = os.getppid()
    if sys.platform == "win32":
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_S)
        gone()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def leave_soon() -> None:
    """End the process after `GRACE_S`, whatever it does then."""
    timer = threading.Timer(GRACE_S, leave, (1,))
    timer.daemon = True
    timer.start()


def leave(status: int) -> None:
    """End at once: waiting for the libraries' own threads can take longer than the parent waits."""
    sys.stderr.flush()
    os._exit(status)
