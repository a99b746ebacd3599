"""`breastusai library`: make, extend, shorten, describe and check a library of past cases."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...engine.errors import BreastUSAIError, InputError, LibraryError, unexpected
from ...engine.similar.about import LibraryAbout
from ...engine.similar.case import NewCase
from ...engine.similar.library import (
    add_cases,
    build_library,
    library_counts,
    pixels_known,
    remove_cases,
    verify_library,
)
from ...engine.similar.library_file import database_in, opened_for_reading
from ...engine.similar.lookup import SHIPPED_LIBRARY
from ..inputs_run import Read, reading_inputs
from ..terminal import Terminal, quiet_libraries
from .case_inputs import Defaults, Given, given_images, known_before, new_case

AT_ONCE = 8
"""So many analyzed images are kept together: what a killed command has to do again."""


def run_library(
    chosen: argparse.Namespace,
    terminal: Terminal,
    open_analyzer: Callable[[argparse.Namespace], Any] | None = None,
    read: Read | None = None,
) -> int:
    """Do `chosen.action`; 0 where it was done and every image came into the library, else 1."""
    quiet_libraries()
    try:
        if chosen.action in ("build", "add"):
            return _extended(chosen, terminal, open_analyzer or _default_analyzer, read)
        if chosen.action == "remove":
            removed = remove_cases(chosen.library, chosen.cases)
            terminal.say(f"{removed} of {len(set(chosen.cases))} cases were removed from {chosen.library}")
            return 0 if removed == len(set(chosen.cases)) else 1
        if chosen.action == "info":
            return _described(chosen.library, terminal)
        problems = verify_library(chosen.library)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    for problem in problems:
        terminal.complain(f"{chosen.library}: {problem}")
    if not problems:
        terminal.say(f"{chosen.library}: every case is whole")
    return 1 if problems else 0


@dataclass
class _Extending:
    """Images on their way into one library."""

    folder: Path
    analyzer: Any
    terminal: Terminal
    with_thumbnails: bool
    known: frozenset[bytes]
    waiting: list[NewCase] = field(default_factory=list)
    added: int = 0
    there_before: int = 0
    failures: int = 0

    def take(self, item: Given | BreastUSAIError) -> None:
        """Analyze one image and keep it; what is wrong with it is said, and costs no other."""
        try:
            if isinstance(item, BreastUSAIError):
                raise item
            if known_before(item, self.known):
                self.there_before += 1
                return
            analysis, asked = self.analyzer.analyze_and_sign(item.frames)
            if asked is None:
                raise InputError(
                    "the image gets no verdict, and is no case",
                    where=item.frames.source or item.frames.name,
                    remedy="Leave it out",
                )
            self.waiting.append(new_case(item, analysis, asked, self.with_thumbnails))
        except LibraryError:
            raise  # no fault of this image
        except BreastUSAIError as error:
            self._failed(error)
        except Exception as error:  # the edge: a defect in one image must not cost the others
            self._failed(unexpected(error))
        if len(self.waiting) >= AT_ONCE:
            self.keep()

    def keep(self) -> None:
        """Write what is waiting. Raises LibraryError."""
        if self.waiting:
            came = add_cases(self.folder, self.waiting)
            self.added += len(came.ids)
            self.there_before += came.known
            self.waiting.clear()

    def _failed(self, error: BreastUSAIError) -> None:
        self.failures += 1
        self.terminal.complain(str(error))


def _extended(
    chosen: argparse.Namespace, terminal: Terminal, open_analyzer: Callable[[Any], Any], read: Read | None
) -> int:
    folder = chosen.library
    if chosen.action == "build" and database_in(folder).is_file() and database_in(folder).stat().st_size:
        raise LibraryError(
            "there is a library already", where=folder, remedy="Use 'breastusai library add', or another folder"
        )
    with ExitStack() as stack:
        if read is None:
            read = stack.enter_context(reading_inputs())
        analyzer = open_analyzer(chosen)
        _prepare(chosen, analyzer)
        work = _Extending(folder, analyzer, terminal, not chosen.no_thumbnails, pixels_known(folder))
        with terminal.progress(str(folder)) as progress:
            for done, item in enumerate(_all_given(chosen, read), start=1):
                work.take(item)
                if progress is not None:
                    progress(done, done, f"{work.added} added")
            work.keep()
    before = f"; {work.there_before} were there before" if work.there_before else ""
    failed = f"; {work.failures} could not be added" if work.failures else ""
    terminal.say(f"{work.added} cases were added to {folder}{before}{failed}")
    return 1 if work.failures else 0


def _prepare(chosen: argparse.Namespace, analyzer: Any) -> None:
    """Make the library, or see that it fits the classifier. Raises LibraryError."""
    identity, features = analyzer.models.classifier.identity, analyzer.signature_length
    if chosen.action == "build":
        build_library(chosen.library, identity, features, chosen.name, _shipped_like())
        return
    with opened_for_reading(chosen.library) as connection:
        LibraryAbout.read(connection, chosen.library).check_made_for(identity, features, chosen.library)


def _shipped_like() -> LibraryAbout | None:
    """The library that comes with the product, of which another takes over how signatures are made."""
    try:
        with opened_for_reading(SHIPPED_LIBRARY) as connection:
            return LibraryAbout.read(connection, SHIPPED_LIBRARY)
    except LibraryError:
        return None


def _all_given(chosen: argparse.Namespace, read: Read) -> Iterator[Given | BreastUSAIError]:
    defaults = Defaults(chosen.label, chosen.proven, chosen.source)
    for path in chosen.inputs:
        yield from given_images(path, read, defaults)


def _described(folder: Path, terminal: Terminal) -> int:
    with opened_for_reading(folder) as connection:
        about = LibraryAbout.read(connection, folder)
        counts = library_counts(connection)
    classifier = about.classifier
    size = database_in(folder).stat().st_size / 1e6
    labels = ", ".join(f"{count} {name}" for name, count in counts.labels.items()) or "none"
    sources = ", ".join(f"{count} {name or 'of no named source'}" for name, count in counts.sources.items()) or "none"
    near = f"{about.near_within:.3f}, by {about.reference_of}" if about.near_within else "not known yet: too few cases"
    for heading, words in (
        ("name", f"{about.name} ({about.id})"),
        ("cases", labels),
        ("sources", sources),
        ("pictures", f"{counts.pictures} cases with a path or a thumbnail"),
        ("classifier", f"{classifier.name} {classifier.version} {classifier.sha256}"),
        ("signatures", f"{about.length} numbers of {about.features} features: {about.projection.name}"),
        ("near within", near),
        ("size", f"{size:.2f} MB"),
    ):
        terminal.say(f"{heading:<12}{words}")
    return 0


def _default_analyzer(chosen: argparse.Namespace) -> Any:
    from .similar import default_engine

    return default_engine(chosen)
