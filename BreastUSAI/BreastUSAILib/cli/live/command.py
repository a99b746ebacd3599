"""`breastusai live`: results of a live picture, line by line, and at the end how fast they came."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from statistics import median

from ... import RESEARCH_USE
from ...engine.errors import BreastUSAIError, InputError
from ...engine.findings.words import label_words, percent
from ...engine.images.frames import Frames
from ...engine.interface import Engine
from ...live.analysis import LiveResult, live_results
from ...live.newest import NewestPicture
from ...live.openigtlink import OpenIGTLinkSource, address_in
from ...live.paced import CameraSource, PacedSource
from ...live.source import LiveSource
from ..inputs_run import reading_inputs
from ..terminal import Terminal, quiet_libraries

_LAST = 1000
"""Latencies of so many results tell the median."""


def run_live(
    chosen: argparse.Namespace, terminal: Terminal, open_engine: Callable[[argparse.Namespace], Engine] | None = None
) -> int:
    """Score what the source gives until it ends; 0 where there was any result, else 1."""
    quiet_libraries()
    newest = NewestPicture()
    try:
        engine = (open_engine or _default_engine)(chosen)
        if chosen.clip is not None:
            with reading_inputs() as read:
                clip = _clip(read(chosen.clip), chosen)
                source = PacedSource(clip, newest, chosen.speed, chosen.repeat)
                return _follow(source, newest, engine, chosen, terminal)
        return _follow(_source(chosen, newest), newest, engine, chosen, terminal)
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1


def _follow(
    source: LiveSource, newest: NewestPicture, engine: Engine, chosen: argparse.Namespace, terminal: Terminal
) -> int:
    start, count, latencies, last = time.monotonic(), 0, list[float](), None
    (terminal.complain if chosen.json else terminal.say)(RESEARCH_USE)
    try:
        for result in live_results(engine, newest):
            count, last = count + 1, result
            latencies = [*latencies[1 - _LAST :], result.latency_s]
            terminal.say(json.dumps(result.to_json()) if chosen.json else words_of(result))
            if chosen.seconds is not None and time.monotonic() - start >= chosen.seconds:
                break
    finally:
        source.close()
    if last is None:
        terminal.complain(newest.ended or "no picture came")
        return 1
    seconds = max(time.monotonic() - start, 1e-6)
    terminal.complain(
        f"{count} results, {count / seconds:.1f} a second, {newest.dropped} pictures dropped, median latency "
        f"{1000 * median(latencies):.0f} ms; {newest.ended or 'ended as asked'}"
    )
    return 0


def words_of(result: LiveResult) -> str:
    """One result in a line."""
    if result.analysis is None:
        return f"picture {result.picture.number}: {result.problem}"
    found = result.analysis.verdict
    words = label_words(found.label)
    if found.malignancy is not None:
        words += f", likelihood of malignancy {percent(found.malignancy.probability)}"
    for one in result.lesions:
        size = "" if one.lesion.long_axis_mm is None else f", {one.lesion.long_axis_mm:.1f} mm"
        likelihood = "" if one.likelihood is None else f", {percent(one.likelihood)}"
        left, top, width, height = one.lesion.bbox_px
        words += f"; lesion {one.number} at {left},{top},{width},{height}{size}{likelihood}"
    return f"picture {result.picture.number} ({1000 * result.latency_s:.0f} ms): {words}"


def _source(chosen: argparse.Namespace, newest: NewestPicture) -> LiveSource:
    if chosen.igtl is not None:
        host, port = address_in(chosen.igtl)
        return OpenIGTLinkSource(host, port, newest, chosen.name, chosen.patience)
    return CameraSource(chosen.camera, newest)


def _clip(found: Iterator[Frames | BreastUSAIError], chosen: argparse.Namespace) -> Frames:
    """The first image: it is open until the next one is read."""
    first = next(found, None)
    if first is None:
        raise InputError("no clip was found", where=chosen.clip, remedy="Give a video or a DICOM cine")
    if isinstance(first, Frames):
        return first
    raise first


def _default_engine(chosen: argparse.Namespace) -> Engine:
    from ...engine.analyzer import Analyzer
    from ...engine.bundles.model_folder import load_models

    return Analyzer(load_models(), device=chosen.device)
