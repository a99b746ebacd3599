"""Inputs that mean harm, or that a failed copy left: one line, soon, within the memory that an input may take."""

from __future__ import annotations

import gzip
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from pydicom.uid import DeflatedExplicitVRLittleEndian

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.images.frames import Frames
from BreastUSAILib.engine.reading import limits, read
from BreastUSAILib.engine.reading.dicom import dicom_file
from BreastUSAILib.engine.remote.reading_process import ReadingProcess
from Testing.engine.reading.dicom.dicom_writing import dicom_dataset, ramp, save

LARGE = 3_000_000_000
RAMP = np.arange(200, dtype=np.uint8).reshape(2, 10, 10)


def problem(path: Path) -> str:
    (item,) = read(path)
    assert isinstance(item, InputError), item
    assert "\n" not in str(item)
    return str(item)


def sparse(path: Path, begin: bytes) -> Path:
    """A file of zeros behind `begin`, whatever its size costs no disk."""
    with path.open("wb") as file:
        file.write(begin)
        file.truncate(LARGE)
    return path


def meta_information(tmp_path: Path) -> bytes:
    content = save(dicom_dataset(ramp()), tmp_path / "whole.dcm").read_bytes()
    return content[: 144 + int.from_bytes(content[140:144], "little")]


def test_zeros_are_not_dicom_however_many(tmp_path: Path) -> None:
    meta = meta_information(tmp_path)
    assert "neither DICOM" in problem(sparse(tmp_path / "a.dcm", b""))
    assert "neither DICOM" in problem(sparse(tmp_path / "b.dcm", b"no film"))
    assert "the video cannot be read" in problem(sparse(tmp_path / "f.dcm", b"\x1aE\xdf\xa3 a film"))
    assert "ends before" in problem(sparse(tmp_path / "c.dcm", bytes(128) + b"DICM"))
    assert "ends before" in problem(sparse(tmp_path / "d.dcm", meta))
    assert "no pixel data" in problem(sparse(tmp_path / "e.dcm", meta + b"\x08\x00\x60\x00CS\x02\x00US"))


def test_a_deflated_file_is_unpacked_no_further_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.zeros((1000, 1000), np.uint8)
    path = save(dicom_dataset(pixels), tmp_path / "a.dcm", DeflatedExplicitVRLittleEndian)
    (frames,) = read(path)
    assert isinstance(frames, Frames)
    assert np.array_equal(frames.read_frame(0), pixels)
    monkeypatch.setattr(dicom_file, "MOST_INFLATED_BYTES", 100_000)
    assert "memory when it is unpacked" in problem(path)


def test_a_deflated_bomb_ends_at_the_true_limit(tmp_path: Path) -> None:
    """Two thousand million zeros in two megabytes, sixteen hundred of them never unpacked."""
    small = save(dicom_dataset(np.zeros((8, 8), np.uint8)), tmp_path / "small.dcm", DeflatedExplicitVRLittleEndian)
    meta = small.read_bytes()
    begin = meta[: 144 + int.from_bytes(meta[140:144], "little")]
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    element = struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OB", 0, 2_000_000_000)
    path = tmp_path / "bomb.dcm"
    with path.open("wb") as file:
        file.write(begin + packer.compress(element))
        block = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)
        again = packer.compress(bytes(1 << 24)) + packer.flush(zlib.Z_FULL_FLUSH)  # the same, whatever came before it
        file.write(block + again * 118 + packer.flush())
    assert path.stat().st_size < 3_000_000
    assert "more than 0.5 GB of memory" in problem(path)


def png(columns: int, rows: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))

    header = struct.pack(">LLBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("side", [17_000, 100_000])
def test_a_picture_of_absurd_size_says_so(tmp_path: Path, side: int) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(side, side))
    assert "cannot be read" in problem(path)


def nrrd(*lines: str, data: bytes = b"") -> bytes:
    return "\n".join(["NRRD0004", "type: uint8", "encoding: raw", *lines, "", ""]).encode() + data


@pytest.mark.parametrize("dimension", [0, 6, 12, 17])
def test_more_axes_than_an_image_has_are_refused_before_itk_sees_them(tmp_path: Path, dimension: int) -> None:
    path = tmp_path / "a.nrrd"
    path.write_bytes(nrrd(f"dimension: {dimension}", "sizes: " + " ".join(["1"] * dimension), data=b"\0"))
    assert "damaged" in problem(path)


@pytest.mark.parametrize("sizes", ["16000 16000 100000", "-5 5 5", "9999999999999999999999 1 1", "1e400 1 1", "0 9 9"])
def test_sizes_that_cannot_be_are_refused(tmp_path: Path, sizes: str) -> None:
    (tmp_path / "a.nrrd").write_bytes(nrrd("dimension: 3", f"sizes: {sizes}", data=b"\0"))
    problem(tmp_path / "a.nrrd")
    text = f"ObjectType = Image\nNDims = 3\nDimSize = {sizes}\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n"
    (tmp_path / "a.mha").write_bytes(text.encode() + b"\0")
    problem(tmp_path / "a.mha")


def test_a_packed_volume_takes_no_more_memory_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_UNPACKED_BYTES", 1000)
    body = gzip.compress(bytes(20 * 20 * 20))
    (tmp_path / "a.nrrd").write_bytes(
        nrrd("dimension: 3", "sizes: 20 20 20", data=body).replace(b"encoding: raw", b"encoding: gzip")
    )
    assert "memory when it is unpacked" in problem(tmp_path / "a.nrrd")


def nifti(sizes: tuple[int, ...], offset: float = 352.0, data: bytes = bytes(64)) -> bytes:
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, len(sizes), *sizes, *[1] * (7 - len(sizes)))
    struct.pack_into("<hh", header, 70, 2, 8)
    struct.pack_into("<8f", header, 76, 1, 1, 1, 1, 1, 1, 1, 1)
    struct.pack_into("<f", header, 108, offset)
    header[344:348] = b"n+1\0"
    return bytes(header) + data


@pytest.mark.parametrize("sizes", [(32767,) * 3, (32767,) * 7, (4, 4, -4), (4, 4, 4, 30000, 30000, 30000, 9)])
def test_a_nifti_header_with_absurd_sizes_is_refused(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    (tmp_path / "a.nii").write_bytes(nifti(sizes))
    problem(tmp_path / "a.nii")


@pytest.mark.parametrize("offset", [float("nan"), float("inf"), 1e30, -5.0])
def test_a_nifti_offset_that_is_not_a_number_is_refused(tmp_path: Path, offset: float) -> None:
    (tmp_path / "a.nii").write_bytes(nifti((4, 4, 4), offset))
    assert "damaged" in problem(tmp_path / "a.nii")


def test_a_nifti_volume_cut_short_is_called_that(tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_bytes(nifti((4, 4, 4), data=bytes(30)))
    assert "cut short" in problem(tmp_path / "a.nii")
    assert "by 0" not in problem(tmp_path / "a.nii")


@pytest.mark.parametrize("name", ["a.tif", "a.nii", "a"])
def test_tiff_pages_in_a_circle_are_not_walked(tmp_path: Path, name: str) -> None:
    directory = struct.pack("<HHHLLL", 1, 256, 4, 1, 10, 8)
    (tmp_path / name).write_bytes(b"II*\0\x08\0\0\0" + directory)
    problem(tmp_path / name)


OUTSIDE = ["/etc/hostname", "../secret.raw", "sub/../../secret.raw", "link.raw", "missing.raw", ".", "C:\\secret.raw"]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("suffix", [".nhdr", ".mhd"])
def test_pixels_are_not_taken_from_outside_the_headers_folder(tmp_path: Path, suffix: str, name: str) -> None:
    (tmp_path / "secret.raw").write_bytes(RAMP.tobytes())
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "sub").mkdir()
    if os.name != "nt":
        (folder / "link.raw").symlink_to(tmp_path / "secret.raw")
    write_header(folder / f"a{suffix}", name)
    assert "the file that holds the pixels" in problem(folder / f"a{suffix}")


def write_header(path: Path, name: str) -> None:
    if path.suffix == ".nhdr":
        path.write_bytes(nrrd("dimension: 3", "sizes: 10 10 2", f"data file: {name}"))
    else:
        lines = ["ObjectType = Image", "NDims = 3", "DimSize = 10 10 2", "ElementType = MET_UCHAR"]
        path.write_text("\n".join([*lines, f"ElementDataFile = {name}", ""]))


@pytest.mark.parametrize("suffix", [".nhdr", ".mhd"])
@pytest.mark.parametrize("name", ["a.raw", "sub/a.raw", "./a.raw"])
def test_pixels_in_or_below_the_headers_folder_are_read(tmp_path: Path, suffix: str, name: str) -> None:
    (tmp_path / "sub").mkdir()
    for place in ("a.raw", "sub/a.raw"):
        (tmp_path / place).write_bytes(RAMP.tobytes())
    write_header(tmp_path / f"a{suffix}", name)
    (frames,) = read(tmp_path / f"a{suffix}")
    assert isinstance(frames, Frames), frames
    assert np.array_equal(frames.read_frame(1), RAMP[1])


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_out_of_the_folder_is_named_and_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (tmp_path / "others").mkdir()
    save(dicom_dataset(ramp()), tmp_path / "others" / "b.dcm")
    save(dicom_dataset(ramp()), folder / "a.dcm")
    (folder / "out.dcm").symlink_to(tmp_path / "others" / "b.dcm")
    (folder / "others").symlink_to(tmp_path / "others")
    save(dicom_dataset(ramp()), folder / ".kept.dcm")
    (folder / "within.dcm").symlink_to(folder / ".kept.dcm")
    found = list(read(folder))
    problems = sorted(str(item) for item in found if isinstance(item, InputError))
    assert [Path(text.split(": ")[0]).name for text in problems] == ["others", "out.dcm"]
    assert all("leads out of the folder" in text for text in problems)
    assert len(found) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.dcm")
    assert "not a file" in problem(tmp_path / "a.dcm")


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
@pytest.mark.parametrize(
    "suffix", [".nrrd", ".mha", ".nii", ".nii.gz", ".nhdr", ".mhd", ".png", ".jpg", ".bmp", ".tif"]
)
def test_a_name_that_is_not_utf8_is_a_name(tmp_path: Path, suffix: str) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/f\xe9"))
    folder.mkdir()
    plain = tmp_path / f"a{suffix}"
    if suffix in (".png", ".jpg", ".bmp", ".tif"):
        Image.fromarray(RAMP[0]).save(plain)
    else:
        sitk.WriteImage(sitk.GetImageFromArray(RAMP), str(plain))
    expected = [item.read_frame(0) for item in read(plain) if isinstance(item, Frames)]
    for beside in tmp_path.glob("a.*raw"):
        beside.rename(folder / beside.name)
    named = folder / (os.fsdecode(b"latin\xe9") + suffix)
    plain.rename(named)
    (frames,) = read(named)
    assert isinstance(frames, Frames), frames
    assert np.array_equal([frames.read_frame(0)], expected)


@pytest.fixture
def process() -> Iterator[ReadingProcess]:
    with ReadingProcess() as reading:
        yield reading


def test_reading_apart_gives_the_same(tmp_path: Path, process: ReadingProcess) -> None:
    for number, name in enumerate(("a.dcm", "c.dcm")):
        save(dicom_dataset(np.stack([ramp(), ramp() // (number + 2)])), tmp_path / name)
    (tmp_path / "b.dcm").write_bytes(b"rubbish")
    here, apart = list(read(tmp_path)), process.read(tmp_path)
    for expected, item in zip(here, apart, strict=True):
        if isinstance(expected, InputError):
            assert str(item) == str(expected)
            continue
        assert isinstance(item, Frames)
        assert (item.name, item.kind, item.regions, item.identity) == (
            *(expected.name, expected.kind),
            *(expected.regions, expected.identity),
        )
        assert np.array_equal(item.ijk_to_ras, expected.ijk_to_ras)
        assert np.array_equal(item.read_frame(1), expected.read_frame(1))
        with pytest.raises(InputError, match="frame 7 does not exist"):
            item.read_frame(7)


def test_a_reader_that_ends_costs_the_file_alone(tmp_path: Path, process: ReadingProcess) -> None:
    for name in ("a.dcm", "b.dcm", "c.dcm"):
        save(dicom_dataset(ramp()), tmp_path / name)
    items = process.read(tmp_path)
    first = next(items)
    assert isinstance(first, Frames)
    assert process._child is not None
    process._child.kill()
    with pytest.raises(InputError, match=r"a\.dcm.*crashed its reader"):
        first.read_frame(0)
    assert [item.name for item in items if isinstance(item, Frames)] == ["b", "c"]


def test_a_file_that_crashes_its_reader_is_named_and_the_rest_read(
    tmp_path: Path, process: ReadingProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The crash is that of a module which stands in for the child's decoder."""
    for name in ("a.dcm", "b.dcm", "c.dcm"):
        save(dicom_dataset(ramp()), tmp_path / name)
    (tmp_path / "sitecustomize.py").write_text(CRASHING)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    found = [item.name if isinstance(item, Frames) else str(item) for item in process.read(tmp_path)]
    assert [found[0], found[-1]] == ["a", "c"]
    assert "b.dcm: the file is damaged in a way that crashed its reader" in found[1]
    (alone,) = process.read(tmp_path / "b.dcm")
    assert "crashed its reader" in str(alone)


CRASHING = """
import os, pydicom.filereader
inner = pydicom.filereader.read_partial
def read_partial(file, *arguments, **named):
    if "b.dcm" in str(file.name) and not named.get("specific_tags"):
        os._exit(139)
    return inner(file, *arguments, **named)
pydicom.filereader.read_partial = read_partial
"""


def test_a_file_whose_reading_does_not_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(dicom_dataset(ramp()), tmp_path / "b.dcm")
    (tmp_path / "sitecustomize.py").write_text(CRASHING.replace("os._exit(139)", "__import__('time').sleep(600)"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with ReadingProcess(longest_answer_s=8.0) as process:
        (item,) = process.read(path)
    assert "crashed its reader" in str(item)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no sessions")
def test_ctrl_c_in_the_terminal_does_not_end_the_reader(process: ReadingProcess) -> None:
    process.start()
    assert process._child is not None
    assert os.getpgid(process._child.pid) != os.getpgid(0)
