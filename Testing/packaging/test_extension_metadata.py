"""What the Extensions Index reads: catalog entry, extension description and CMake say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
CMAKE = (ROOT / "CMakeLists.txt").read_text()
METADATA = dict(re.findall(r'^set\(EXTENSION_(\w+) "([^"]*)"\)$', CMAKE, re.MULTILINE))
CATALOG_KEYS = {"$schema", "category", "scm_url", "scm_revision", "build_dependencies", "tier"}
DESCRIBED = (
    "DEPENDS",
    "HOMEPAGE",
    "CONTRIBUTORS",
    "CATEGORY",
    "ICONURL",
    "STATUS",
    "TIER",
    "DESCRIPTION",
    "SCREENSHOTURLS",
    "KEYWORDS",
)


@pytest.fixture
def catalog() -> dict:
    return json.loads((ROOT / "BreastUSAI.json").read_text())


@pytest.fixture
def description() -> dict[str, str]:
    lines = (ROOT / "BreastUSAI.s4ext").read_text().splitlines()
    pairs = [line.partition(" ") for line in lines if line and not line.startswith("#")]
    return {key: value for key, _, value in pairs}


def test_the_catalog_entry_keeps_to_its_schema(catalog):
    assert set(catalog) == CATALOG_KEYS
    assert catalog["$schema"].endswith("slicer-extension-catalog-entry-schema-v1.0.2.json#")
    assert catalog["category"] == "Ultrasound"
    assert catalog["build_dependencies"] == ["PyTorch"]
    assert catalog["tier"] in range(1, 6)
    assert re.fullmatch(r"https://github\.com/[\w-]+/SlicerBreastUSAI\.git", catalog["scm_url"])


def test_the_project_bears_the_entrys_name():
    assert re.search(r"^project\(BreastUSAI\)$", CMAKE, re.MULTILINE)
    assert "add_subdirectory(BreastUSAI)" in CMAKE


def test_every_line_of_metadata_stands_alone():
    assert len(METADATA) == CMAKE.count("set(EXTENSION_")


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_description_is_what_cmake_would_write(description, name):
    assert description[name.lower()] == METADATA[name]


def test_the_description_and_the_catalog_name_one_repository(description, catalog):
    assert description["scm"] == "git"
    assert description["scmurl"] == catalog["scm_url"] == f"{METADATA['HOMEPAGE']}.git"
    assert description["scmrevision"] == catalog["scm_revision"]
    assert description["category"] == catalog["category"]
    assert description["depends"].split() == catalog["build_dependencies"]


@pytest.mark.parametrize("name", ["ICONURL", "SCREENSHOTURLS"])
def test_pictures_are_on_the_web_and_in_the_repository(name):
    base = f"{METADATA['HOMEPAGE'].replace('github.com', 'raw.githubusercontent.com')}/main/"
    for url in METADATA[name].split():
        assert url.startswith(base)
        assert Path(url).suffix in {".png", ".jpg"}
        assert (ROOT / url.removeprefix(base)).is_file()


def test_the_icon_is_128_pixels_square():
    assert Image.open(ROOT / "BreastUSAI/Resources/Icons/BreastUSAI.png").size == (128, 128)


@pytest.mark.parametrize("name", ["BreastUSAI.json", "BreastUSAI.s4ext", "CMakeLists.txt", "BreastUSAI/CMakeLists.txt"])
def test_lines_end_as_the_index_wants_them(name):
    assert b"\r" not in (ROOT / name).read_bytes()


def test_the_license_is_apache_2():
    text = (ROOT / "LICENSE.txt").read_text()

    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_requirements_are_ranges_that_keep_slicers_numpy():
    lines = (ROOT / "BreastUSAI/Resources/requirements.txt").read_text().splitlines()
    wanted = {one.name: one for one in map(Requirement, (line for line in lines if not line.startswith("#")))}

    assert set(wanted) == {"captum", "monai", "reportlab"}
    assert all(part.operator != "==" for one in wanted.values() for part in one.specifier)
    assert not wanted["captum"].specifier.contains("0.8.0")
    assert not wanted["monai"].specifier.contains("1.4.0")
    assert wanted["captum"].specifier.contains("0.7.0")
    assert wanted["monai"].specifier.contains("1.3.2")


def test_requirements_agree_with_the_python_package():
    project = (ROOT / "pyproject.toml").read_text()
    lines = (ROOT / "BreastUSAI/Resources/requirements.txt").read_text().splitlines()

    for line in (line for line in lines if not line.startswith("#")):
        assert f'"{line}",' in project
