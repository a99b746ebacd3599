"""The report files that are written where they are asked for: PDF, DICOM objects, tables.

One that cannot be made costs itself alone, and is told in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engine.errors import BreastUSAIError, OutputError
from ..engine.findings.analysis import Analysis
from ..engine.flags import FlagCode
from ..engine.images.frames import Frames
from ..engine.options import CSV, PDF, SC, SEG, SR
from .atomic import atomic_file
from .tables.csv_tables import write_frame_table, write_lesion_table

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from .dicom.source import DicomSource

REPORT_PDF, MEASUREMENTS, SEGMENTATION_DICOM = "report.pdf", "measurements.dcm", "segmentation.dcm"
PREVIEW_DICOM, SOURCE_DICOM = "preview.dcm", "source.dcm"
LESION_TABLE, FRAME_TABLE = "lesions.csv", "frames.csv"
REPORT_FILES = frozenset(
    {REPORT_PDF, MEASUREMENTS, SEGMENTATION_DICOM, PREVIEW_DICOM, SOURCE_DICOM, LESION_TABLE, FRAME_TABLE}
)


@dataclass(frozen=True)
class ReportOptions:
    """What is asked for beside the findings themselves.

    Args:
        kinds: some of `engine.options.REPORT_KINDS`.
        keep_identity: whether patient and study may be named, and unique identifiers told outside of DICOM objects.
        keep_text: leave what stands beside the scan area in the pictures.
        reader: the reader's own assessment, title to words.
        lesion_names: what a reader called lesions, by `Lesion.id`.
        reader_words: a reader's own descriptors, by `Lesion.id` and the descriptor's name.
    """

    kinds: tuple[str, ...] = ()
    keep_identity: bool = False
    keep_text: bool = False
    reader: Mapping[str, str] = field(default_factory=dict)
    lesion_names: Mapping[int, str] = field(default_factory=dict)
    reader_words: Mapping[int, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reports:
    """What was written, by file name, and what was not: `problems` went wrong, `remarks` are as they should be."""

    files: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def write_reports(
    analysis: Analysis, frames: Frames, shown: Frames, folder: Path, options: ReportOptions, named: Analysis
) -> Reports:
    """Write the files of `options.kinds` into `folder`, which exists.

    Args:
        analysis: the findings with the input's own identifiers.
        frames: the input.
        shown: the same without the text beside the scan area, and with the name that may be told.
        folder: where to.
        options: what is asked for.
        named: the findings with the identifiers that may stand outside of DICOM objects.

    Raises:
        OutputError: a file cannot be written.
        InputError: a frame cannot be read again.
    """
    work = _Work(analysis, frames, shown, folder, options, named)
    for kind in options.kinds:
        work.make(kind)
    return Reports(tuple(work.files), tuple(work.problems), tuple(work.remarks))


class _Work:
    def __init__(
        self, analysis: Analysis, frames: Frames, shown: Frames, folder: Path, options: ReportOptions, named: Analysis
    ) -> None:
        self._analysis, self._frames, self._shown, self._named = analysis, frames, shown, named
        self._folder, self._options = folder, options
        self.files: list[str] = []
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self._known_source: DicomSource | None = None
        self._segmented: Dataset | None = None

    def make(self, kind: str) -> None:
        """Write one kind, or note why not."""
        makers: dict[str, Callable[[], None]] = {
            PDF: self._pdf,
            SR: self._measurements,
            SEG: self._segmentation,
            SC: self._capture,
            CSV: self._tables,
        }
        try:
            makers[kind]()
        except OutputError:
            raise
        except BreastUSAIError as error:
            self._problem(str(error))
        except Exception as error:  # the edge to highdicom and reportlab, which raise for a value that they refuse
            self._problem(
                f"the {kind} report could not be made ({type(error).__name__}). The other files are complete."
            )

    def _problem(self, words: str) -> None:
        if words not in self.problems:
            self.problems.append(words)

    def _pdf(self) -> None:
        from .pdf.contents import Contents
        from .pdf.document import write_pdf
        from .pdf.model_cards import card_summaries

        contents = Contents(
            self._named,
            self._shown,
            datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
            card_summaries(self._analysis),
            self._patient(),
            self._options.reader,
            self._options.lesion_names,
            self._options.reader_words,
        )
        write_pdf(contents, self._folder / REPORT_PDF)
        self.files.append(REPORT_PDF)

    def _patient(self) -> Mapping[str, str]:
        if not self._options.keep_identity:
            return {}
        from .dicom.header import identity_of
        from .dicom.source import header_of

        path = self._frames.files[0] if self._frames.files else self._frames.source
        known = identity_of(None if path is None else header_of(Path(path)), True)
        titles = {"PatientName": "Patient", "PatientID": "ID", "PatientBirthDate": "Born", "StudyDate": "Examined"}
        return {title: known[keyword].replace("^", " ").strip() for keyword, title in titles.items()}

    def _tables(self) -> None:
        write_lesion_table(self._named, self._shown.name, self._folder / LESION_TABLE)
        write_frame_table(self._named, self._shown.name, self._folder / FRAME_TABLE)
        self.files += [LESION_TABLE, FRAME_TABLE]

    def _segmentation(self) -> None:
        made = self._segmentation_made()
        if made is None:
            self.remarks.append("no lesion was outlined, so there is no DICOM Segmentation")
            return
        self._write(made, SEGMENTATION_DICOM)

    def _segmentation_made(self) -> Dataset | None:
        from .dicom.segmentation import outlined_frames, segmentation

        source = self._source()
        if self._segmented is None and set(outlined_frames(self._analysis)) & set(source.frames):
            self._segmented = segmentation(self._analysis, self._shown, source)
        return self._segmented

    def _measurements(self) -> None:
        from .dicom.measurement_report import measurement_report

        segmented = self._segmentation_made() if SEG in self._options.kinds else None
        report = measurement_report(self._analysis, self._shown, self._source(), segmented)
        self._write(report, MEASUREMENTS)

    def _capture(self) -> None:
        from .dicom.secondary_capture import preview_capture

        self._write(preview_capture(self._named, self._shown, self._source(), self._has_text()), PREVIEW_DICOM)

    def _source(self) -> DicomSource:
        """What the DICOM objects refer to: the input's own images, else a Secondary Capture of its key frame."""
        if self._known_source is None:
            from .dicom.header import identity_of
            from .dicom.secondary_capture import captured_source
            from .dicom.segmentation import outlined_frames
            from .dicom.source import dicom_source, header_of

            key = self._analysis.verdict.key_frame
            shown = self._frames.count // 2 if key is None else key
            wanted: Sequence[int] = sorted({shown, *outlined_frames(self._analysis)})
            source = dicom_source(self._frames, wanted, self._options.keep_identity)
            if source is None or shown not in source.frames:
                path = self._frames.source
                identity = identity_of(None if path is None else header_of(Path(path)), self._options.keep_identity)
                source = captured_source(self._shown, shown, identity, self._has_text())
                self._write(source.capture, SOURCE_DICOM)
                self.remarks.append(
                    f"the input has no DICOM identifiers to refer to, so the DICOM objects refer to {SOURCE_DICOM}"
                )
            self._known_source = source
        return self._known_source

    def _has_text(self) -> bool:
        """Whether the scanner's text may be seen: nothing was blanked, and the file does not deny it."""
        is_blanked = self._shown.read_frame is not self._frames.read_frame
        denied = self._frames.identity.sop_class_uid is not None and not any(
            flag.code is FlagCode.BURNED_IN_ANNOTATION for flag in self._frames.remarks
        )
        return not is_blanked and not denied

    def _write(self, made: Any, name: str) -> None:
        with atomic_file(self._folder / name) as temporary:
            made.save_as(temporary, enforce_file_format=True)
        self.files.append(name)
