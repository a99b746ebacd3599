"""The files that the module ships, and the two static lists in its CMakeLists.txt that must name them all.

``python -m Testing.packaging.list_files`` rewrites the lists.
"""

from __future__ import annotations

import re
from pathlib import Path

MODULE = Path(__file__).resolve().parents[2] / "BreastUSAI"
SCRIPTS, RESOURCES = "MODULE_PYTHON_SCRIPTS", "MODULE_PYTHON_RESOURCES"
SHIPPED = ("BreastUSAI.py", "BreastUSAILib", "Resources")


def shipped_files(module: Path) -> dict[str, list[str]]:
    """Every shipped file under `module`, relative to it: Python scripts and all the rest, each sorted."""
    paths = [path for name in SHIPPED for path in [module / name, *(module / name).rglob("*")] if path.is_file()]
    names = sorted(path.relative_to(module).as_posix() for path in paths if not _is_byproduct(path.relative_to(module)))
    return {
        SCRIPTS: [name for name in names if name.endswith(".py")],
        RESOURCES: [name for name in names if not name.endswith(".py")],
    }


def listed_files(cmake: str) -> dict[str, list[str]]:
    """The files that each list of the CMake text names, in its order."""
    return {name: _list_of(name, cmake)[2].split() for name in (SCRIPTS, RESOURCES)}


def with_lists(cmake: str, files: dict[str, list[str]]) -> str:
    """The CMake text with both lists replaced."""
    for name, entries in files.items():
        lines = "".join(f"  {entry}\n" for entry in entries)
        found = _list_of(name, cmake)
        cmake = f"{cmake[: found.start(2)]}{lines}{cmake[found.end(2) :]}"
    return cmake


def _list_of(name: str, cmake: str) -> re.Match[str]:
    found = re.search(rf"set\(({name})\n(.*?)  \)", cmake, re.DOTALL)
    assert found, f"no set({name} ...) in the CMake text"
    return found


def _is_byproduct(path: Path) -> bool:
    return path.suffix == ".pyc" or any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def main() -> None:
    """Rewrite the lists in place."""
    cmake = MODULE / "CMakeLists.txt"
    cmake.write_text(with_lists(cmake.read_text(), shipped_files(MODULE)), newline="\n")


if __name__ == "__main__":
    main()
