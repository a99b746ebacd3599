"""`breastusai batch`: any number of inputs, and what became of them."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

from ... import RESEARCH_USE
from ...batch.dask_crew import DaskCrew, local_crew, needed_dask, remote_crew
from ...batch.job import Settings, Tools
from ...batch.manifest import CRASHED, FAILED, FILE, WAITING, Manifest
from ...batch.progress import Progress
from ...batch.run import BatchRun
from ...batch.scan import Scan
from ...batch.work import open_tools
from ...engine.errors import BatchError, BreastUSAIError, OutputError, one_line
from ...report.privacy import private_path
from ...report.reports import ReportOptions
from ..analyze import options_of
from ..scene_file import write_scene
from ..terminal import Terminal, quiet_libraries
from .arguments import ACTIONS
from .tables import export_table, status_lines, summary_lines

_SAYS_EVERY_S = 30.0
_DUPLICATES = "named more than once, and taken once: {}"


def run_batch(chosen: argparse.Namespace, terminal: Terminal, opening: Callable[[Settings], Tools] = open_tools) -> int:
    """Work, or tell of the work; 0 where every input has a result, 1 where not, 2 for wrong usage.

    `opening` loads the engine in a worker, and is the product's own unless a test names another.
    """
    quiet_libraries()
    try:
        if chosen.inputs and chosen.inputs[0] in ACTIONS:
            return _tell(chosen, terminal)
        if chosen.output is None:
            terminal.complain("batch: --output is needed. Name the folder for the results.")
            return 2
        if chosen.dry_run:
            return _dry_run(chosen, terminal)
        return _work(chosen, terminal, opening)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1


def _tell(chosen: argparse.Namespace, terminal: Terminal) -> int:
    action, *folders = chosen.inputs
    if len(folders) != 1 or (action == "export") != (chosen.output is not None):
        terminal.complain(f"batch {action} takes one folder{' and --output FILE' if action == 'export' else ''}")
        return 2
    with Manifest.read(Path(folders[0])) as manifest:
        if action == "export":
            rows = export_table(manifest, chosen.output)
            terminal.say(f"{rows} row{'s' if rows != 1 else ''} in {chosen.output}")
        else:
            for line in (status_lines if action == "status" else summary_lines)(manifest):
                terminal.say(line)
    return 0


def _settings(chosen: argparse.Namespace, opening: Callable[[Settings], Tools]) -> Settings:
    return Settings(
        str(chosen.output.absolute()),
        opening,
        options_of(chosen),
        ReportOptions(chosen.report, chosen.keep_identity, chosen.keep_text),
        chosen.classifier,
        chosen.segmenter,
        chosen.device,
        chosen.any_modality,
        chosen.counterfactuals,
        write_scene if chosen.scene else None,
    )


def _dry_run(chosen: argparse.Namespace, terminal: Terminal) -> int:
    """Look for the inputs in a copy of the manifest."""
    _check_inputs(chosen)
    with tempfile.TemporaryDirectory() as name:
        with suppress(FileNotFoundError):
            shutil.copyfile(chosen.output / FILE, Path(name) / FILE)
        with Manifest.open(Path(name)) as manifest:
            for _ in Scan(chosen.inputs, manifest, chosen.output, terminal.complain).steps():
                pass
            counts = manifest.counts()
            files = next(manifest.rows("SELECT COUNT(*) AS n, COALESCE(SUM(bytes), 0) AS b FROM files"))
            terminal.say(
                f"{sum(counts.values())} inputs of {files['n']} files ({files['b'] / 1e6:.1f} MB); "
                f"{counts[WAITING]} to do, {sum(counts.values()) - counts[WAITING]} not to be done; "
                f"results would go to {chosen.output}"
            )
            if manifest.duplicates:
                terminal.complain(_DUPLICATES.format(manifest.duplicates))
            return int(counts[FAILED] + counts[CRASHED] > 0)


def _check_inputs(chosen: argparse.Namespace) -> None:
    if not chosen.inputs and not (chosen.output / FILE).is_file():
        raise BatchError(
            "there is no batch to go on with in this folder", where=chosen.output, remedy="Name what to analyze"
        )


def _work(chosen: argparse.Namespace, terminal: Terminal, opening: Callable[[Settings], Tools]) -> int:
    needed_dask()
    _check_inputs(chosen)
    if chosen.output.exists() and not chosen.output.is_dir():
        raise OutputError("the output is a file, not a folder", where=chosen.output, remedy="Give another --output")
    settings = _settings(chosen, opening)
    with Manifest.open(chosen.output) as manifest, ExitStack() as stack:
        manifest.agree(settings)
        if chosen.retry_failed:
            manifest.retry_failed()
        crew = stack.enter_context(_crew(chosen, settings, manifest.token()))
        terminal.complain(f"scheduler {crew.address}, {crew.size} workers, dashboard {crew.dashboard}")
        listener = stack.enter_context(_Told(terminal, chosen.keep_identity))
        scan = Scan(chosen.inputs, manifest, chosen.output, terminal.complain)
        run = BatchRun(manifest, crew, settings, scan, listener, chosen.retries + 1)
        try:
            run.work()
        finally:
            listener.close()
            for line in status_lines(manifest):
                terminal.say(line)
        if manifest.duplicates:
            terminal.complain(_DUPLICATES.format(manifest.duplicates))
        terminal.say(RESEARCH_USE)
        counts = manifest.counts()
        return int(counts[FAILED] + counts[CRASHED] > 0)


def _crew(chosen: argparse.Namespace, settings: Settings, token: str) -> AbstractContextManager[DaskCrew]:
    if chosen.scheduler is not None:
        return remote_crew(chosen.scheduler, settings, token)
    return local_crew(chosen.workers, settings, token)


class _Told:
    """Tells how a batch goes, on stderr: a bar on a terminal, else a line every half minute."""

    def __init__(self, terminal: Terminal, keep_identity: bool) -> None:
        self._terminal = terminal
        self._keep_identity = keep_identity
        self._bars = ExitStack()
        self._said = time.monotonic()

    def __enter__(self) -> _Told:
        self._bar = self._bars.enter_context(self._terminal.progress("batch"))
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        self._bars.close()

    def failed(self, source: str, error: str) -> None:
        """Name an input without a result, no further than it may be named."""
        words = error if source in error else f"{source}: {error}"
        if not self._keep_identity:
            for path in (words.partition(": ")[0], source):  # a file of a series is named besides its folder
                words = words.replace(path, private_path(path))
        self._terminal.complain(words)

    def refused(self, worker: str, why: str) -> None:
        """Name a worker that cannot be used."""
        self._terminal.complain(f"the worker {worker} is refused: {why}.")

    def nobody(self) -> None:
        """Say that nobody works."""
        self._terminal.complain("there is work, but no worker that can do it: start one with 'dask worker', or wait")

    def progress(self, progress: Progress) -> None:
        """Show how far it is."""
        if self._bar is not None:
            self._bar(progress.over, max(1, progress.total), progress.words())
        elif time.monotonic() - self._said > _SAYS_EVERY_S:
            self._said = time.monotonic()
            self._terminal.complain(one_line(progress.words()))
