"""The report of an analysis as a text node: what `analysis.json` would say, kept with the scene."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from ...engine.errors import InputError
from ...engine.findings.analysis import Analysis
from ..mrml.nodes import addNode

if TYPE_CHECKING:
    from ..mrml.node_types import vtkMRMLScene, vtkMRMLTextNode

READER_KEY = "reader_assessment"
"""Where a reader's own assessment stands in the report."""

NAMES_KEY = "lesion_names"
"""Where the names stand that a reader gave segments: `Lesion.id`, as text, to name."""

EXPLANATION_KEY = "explanation"
"""Where `Analysis.to_json` says how the heat map was made."""

GRADES_KEY = "heat_map_grades"
"""Where it says how good the heat map is."""
EXPLANATIONS_KEY, FLAGS_KEY = "explanations", "flags"
"""Where it says which explanations there are beside the heat map, and what there is to remark."""

_ENCODER = json.JSONEncoder(indent=2, ensure_ascii=False, allow_nan=False)
_DECODER = json.JSONDecoder()
_OPENING, _COLON, _COMMA, _CLOSING = (re.compile(rf"[ \t\n\r]*{mark}[ \t\n\r]*") for mark in (r"\{", ":", ",", r"\}"))
_PART = 50  # frames and lesions at a time
_PIECES = 20_000  # of JSON at a time: numbers, names and brackets


def addReportNode(scene: vtkMRMLScene, name: str, analysis: Analysis) -> Generator[None, None, vtkMRMLTextNode]:
    """A vtkMRMLTextNode with the report of `analysis`, in short steps: that of a long cine is some megabytes."""
    text = yield from reportText(analysis, {})
    node = addNode(scene, "vtkMRMLTextNode", name)
    node.SetText(text)
    return node


def reportText(analysis: Analysis, more: Mapping[str, Any]) -> Generator[None, None, str]:
    """The report of `analysis` as JSON, in short steps.

    `more` are entries beside those of `Analysis.to_json`, or in the place of some of them.
    """
    document = dataclasses.replace(analysis, frames=(), lesions=()).to_json()
    for first in range(0, max(len(analysis.frames), len(analysis.lesions)), _PART):
        here = slice(first, first + _PART)
        frames, lesions = analysis.frames[here], analysis.lesions[here]
        part = dataclasses.replace(
            analysis, frames=frames, lesions=lesions, volume_lesions=(), tracked_lesions=()
        ).to_json()
        document["frames"] += part["frames"]
        document["lesions"] += part["lesions"]
        yield
    pieces: list[str] = []
    for count, piece in enumerate(_ENCODER.iterencode({**document, **more})):
        pieces.append(piece)
        if count % _PIECES == _PIECES - 1:
            yield
    return "".join(pieces) + "\n"


def addToReport(node: vtkMRMLTextNode, key: str, value: object) -> None:
    """Set one entry of the report. Raises InputError where the node holds none.

    The text of the others stays as it is: to encode a long cine's again would stop the application for a moment.
    """
    text = node.GetText() or ""
    try:
        places = _valuesIn(text)
    except (ValueError, RecursionError):
        raise _noReport(node.GetName()) from None
    encoded = _ENCODER.encode(value).replace("\n", "\n  ")
    end = max(place.stop for place in places.values())
    place = places.get(key, slice(end, end))
    before = "" if key in places else f",\n  {_ENCODER.encode(key)}: "
    node.SetText(text[: place.start] + before + encoded + text[place.stop :])


def readReport(node: vtkMRMLTextNode) -> dict[str, Any]:
    """The report that `node` holds. Raises InputError where it holds none."""
    return parsedReport(node.GetText() or "", node.GetName())


def parsedReport(text: str, name: str) -> dict[str, Any]:
    """The report in the text of the node of that name. Raises InputError where there is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _noReport(name)
    return document


def _noReport(name: str) -> InputError:
    return InputError("the text is not a report of BreastUSAI", where=name, remedy="Analyze the image again")


def _valuesIn(text: str) -> dict[str, slice]:
    """Where the value of each key stands in the JSON of an object that has some. Raises ValueError for other text."""
    places: dict[str, slice] = {}
    mark = _OPENING.match(text)
    while mark is not None:
        key, end = _DECODER.raw_decode(text, mark.end())
        colon = _COLON.match(text, end)
        if colon is None:
            break
        _value, end = _DECODER.raw_decode(text, colon.end())
        places[key] = slice(colon.end(), end)
        if _CLOSING.fullmatch(text, end):
            return places
        mark = _COMMA.match(text, end)
    raise ValueError("no JSON object")
