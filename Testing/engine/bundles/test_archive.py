"""A zip that wants more than to be unpacked is refused before it has written anything."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundles import archive
from BreastUSAILib.engine.bundles.archive import unpack
from BreastUSAILib.engine.errors import ModelError


def zip_of(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as made:
        for name, data in entries.items():
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return path


def test_plain_files_are_unpacked(tmp_path: Path) -> None:
    unpack(zip_of(tmp_path / "a.zip", {"configs/x.json": b"{}", "docs/": b"", "docs/y.md": b"# y"}), tmp_path / "out")
    assert (tmp_path / "out/configs/x.json").read_bytes() == b"{}"
    assert (tmp_path / "out/docs/y.md").read_bytes() == b"# y"


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", "C:\\evil", "..\\evil", "C:evil"])
def test_an_entry_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="outside its folder"):
        unpack(zip_of(tmp_path / "a.zip", {"good": b"1", name: b"evil"}), tmp_path / "out" / "deep")
    assert [path.name for path in tmp_path.rglob("*")] == ["a.zip"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    with pytest.raises(ModelError, match="is a link"):
        unpack(tmp_path / "a.zip", tmp_path / "out")


def test_a_zip_that_grows_too_large_is_refused_unopened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zip_of(tmp_path / "a.zip", {"zeros": bytes(1_000_000)})
    assert bomb.stat().st_size < 2000
    monkeypatch.setattr(archive, "MOST_BYTES", 999_999)
    with pytest.raises(ModelError, match="unpacks to more than"):
        unpack(bomb, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_FILES", 3)
    with pytest.raises(ModelError, match="unpacks to more than"):
        unpack(zip_of(tmp_path / "a.zip", {str(number): b"1" for number in range(4)}), tmp_path / "out")


def test_a_size_that_lies_gives_no_more_than_it_says(tmp_path: Path) -> None:
    """The stated size is what is added up, so nothing may unpack to more."""
    honest = zip_of(tmp_path / "a.zip", {"zeros": bytes(70_000)}).read_bytes()
    lying = honest.replace((70_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (tmp_path / "b.zip").write_bytes(lying)
    with pytest.raises(ModelError, match="cannot be read"):
        unpack(tmp_path / "b.zip", tmp_path / "out")
    assert (tmp_path / "out/zeros").stat().st_size <= 10


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"no zip", lambda data: b""])
def test_what_is_not_a_zip_is_said(tmp_path: Path, damage) -> None:
    path = zip_of(tmp_path / "a.zip", {"one": b"1" * 100})
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ModelError, match="the zip cannot be read"):
        unpack(path, tmp_path / "out")


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        made.writestr("one", b"some weights")
    path.write_bytes(path.read_bytes().replace(b"some weights", b"same weights"))
    with pytest.raises(ModelError, match="cannot be read"):
        unpack(path, tmp_path / "out")
