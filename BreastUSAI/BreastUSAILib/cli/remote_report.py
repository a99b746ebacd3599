"""``saveReport`` and ``saveReaders``: files of results that lie in another program's scene."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..engine.errors import OptionError
from ..engine.options import report_kinds
from ..engine.remote.exchange import REPORT_DOCUMENT, read_input, read_report_maps
from ..engine.remote.protocol import INVALID_PARAMS, ProtocolError
from ..engine.remote.serving.server import Call
from ..report.privacy import private_frames
from ..report.readers.reader_study import StudyCase, write_study
from ..report.readers.saved_report import write_saved_report
from ..report.reports import ReportOptions
from .inputs_run import check_output
from .result_names import safe_name


def save_report(call: Call) -> Mapping[str, Any]:
    """Write the reports ``report`` (as `report_kinds` takes them) into a folder of their own in ``output``.

    ``folder`` holds what `exchange.write_input` wrote, the outlines as masks, and beside it the report of the scene
    and the maps. ``keepIdentity`` may be given. Answers ``{output, files, problems, remarks}``.
    """
    folder, output = Path(call.value("folder", str)), Path(call.value("output", str))
    options = ReportOptions(report_kinds(call.value("report", str)), call.value_or(False, "keepIdentity", bool))
    if not options.kinds:
        raise OptionError("no report was chosen", remedy="Choose at least one kind of report")
    check_output(output)
    try:
        given = read_input(folder)
        document = json.loads((folder / REPORT_DOCUMENT).read_text(encoding="utf-8"))
        maps = read_report_maps(folder)
    except (OSError, ValueError, TypeError, LookupError, RecursionError) as error:
        raise ProtocolError(INVALID_PARAMS, f"the folder holds no result ({error})") from error
    frames = given.frames if options.keep_identity else private_frames(given.frames)
    place = output / safe_name(frames.name)
    reports = write_saved_report(document, given.masks or {}, maps, given.frames, place, options)
    return {
        "output": str(place),
        "files": list(reports.files),
        "problems": list(reports.problems),
        "remarks": list(reports.remarks),
    }


def save_readers(call: Call) -> Mapping[str, Any]:
    """Write the table of readers' assessments into the file ``output``.

    ``cases`` are ``{name, document}``, a document being the text of a report. Answers ``{rows}``.
    """
    cases = []
    for item in call.value("cases", list):
        try:
            cases.append(StudyCase(str(item["name"]), dict(json.loads(item["document"]))))
        except (TypeError, ValueError, LookupError, RecursionError) as error:
            raise ProtocolError(INVALID_PARAMS, "a case is no report") from error
    return {"rows": write_study(cases, Path(call.value("output", str)))}
