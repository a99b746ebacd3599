"""The module's CMakeLists.txt ships every file of the module, and names none that is missing."""

from __future__ import annotations

import pytest

from Testing.packaging.list_files import MODULE, RESOURCES, SCRIPTS, listed_files, shipped_files, with_lists

HOW = "run: python -m Testing.packaging.list_files"


@pytest.mark.parametrize("which", [SCRIPTS, RESOURCES])
def test_the_list_is_the_tree(which):
    listed = listed_files((MODULE / "CMakeLists.txt").read_text())[which]
    present = shipped_files(MODULE)[which]

    assert sorted(set(present) - set(listed)) == [], f"present and not listed; {HOW}"
    assert sorted(set(listed) - set(present)) == [], f"listed and missing; {HOW}"
    assert len(listed) == len(set(listed)), f"listed twice; {HOW}"


def test_the_lists_are_text_without_any_search():
    cmake = (MODULE / "CMakeLists.txt").read_text()

    assert "GLOB" not in cmake.upper()
    assert "BreastUSAI.py" in listed_files(cmake)[SCRIPTS]


def test_rewriting_the_lists_sorts_scripts_from_resources(tmp_path):
    for name in ("BreastUSAI.py", "BreastUSAILib/a.py", "BreastUSAILib/a.json", "Resources/b.png", "Elsewhere/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "BreastUSAILib" / "__pycache__").mkdir()
    (tmp_path / "BreastUSAILib" / "__pycache__" / "a.pyc").touch()
    cmake = f"# before\nset({SCRIPTS}\n  old.py\n  )\n\nset({RESOURCES}\n  )\n# after\n"

    rewritten = with_lists(cmake, shipped_files(tmp_path))

    assert listed_files(rewritten) == {
        SCRIPTS: ["BreastUSAI.py", "BreastUSAILib/a.py"],
        RESOURCES: ["BreastUSAILib/a.json", "Resources/b.png"],
    }
    assert rewritten.startswith("# before\n")
    assert rewritten.endswith("  )\n# after\n")
