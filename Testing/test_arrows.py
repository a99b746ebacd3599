"""Arrows between the rooms and between their folders go one way, and what Slicer itself imports stays light."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "BreastUSAI"
LIBRARY = "BreastUSAILib"

QT = {"qt", "ctk", "PySide6", "PythonQt"}
SLICER = {"slicer", "vtk", "vtkmodules"}
NETWORKS = {"torch", "monai", "captum"}
SLICER_BRINGS = {"slicer", "vtk", "qt", "ctk", "numpy", "SimpleITK"}

ROOMS_KNOWN = {
    "engine": {"engine"},
    "scene": {"scene", "engine"},
    "client": {"client", "scene", "engine"},
    "gui": {"gui", "client", "scene", "engine"},
    "report": {"report", "engine"},
    "batch": {"batch", "report", "engine"},
    "live": {"live", "engine"},
    "serve": {"serve", "report", "engine"},
    "phantom": {"phantom", "report", "engine"},
}
"""Which rooms a room may import, at file scope or later. The command line (`__main__`, `cli`) may import all."""

FLOORS = {
    "BreastUSAILib.engine": (
        *("errors", "flags", "flag_sentences", "steps", "stopwatch", "device", "own_folders", "bundle_limits"),
        *("images", "reading", "findings", "checks", "preparing", "networks", "explanations", "options", "interface"),
        *("models", "lesions", "similar", "gatekeeper", "bundles", "pipeline", "analyzer", "remote"),
    ),
    "BreastUSAILib.scene": ("mrml", "views", "source", "images", "outlines", "results", "lesions"),
    "BreastUSAILib.client": (
        *("stepped_work", "script_arrival", "similar_library", "installing", "process", "jobs", "comparing"),
        "scripting",
    ),
    "BreastUSAILib.gui": (
        *(
            "panel_widgets",
            "words",
            "widgets",
            "slicer",
            "running",
            "parameters",
            "sections",
            "similar",
            "exams",
            "panel",
        ),
    ),
    "Training": (
        *("data", "augmentation", "recipes", "bundles", "measure", "gate", "similar", "calibration", "cards", "fit"),
        *("commands", "__main__"),
    ),
    "BreastUSAILib.batch": ("job", "manifest", "scan", "progress", "work", "crew", "run", "dask_crew"),
    "Training.data": (
        *("pictures", "tables", "xlsx_table", "example", "splits", "collections", "reserved", "csv_table", "checks"),
        *("loading", "phantoms", "variants"),
    ),
    "Training.fit": (
        *("networks", "images", "weights", "loop", "changes", "plan", "work_folder", "delivery", "training"),
        *("averaging", "leave_out"),
    ),
    "Training.measure": ("latency", "rows", "clicks", "figures", "presentation", "controls", "explanations"),
    "Testing.host": ("qt", "widgets", "views", "scene", "module", "application"),
}
"""Each room's folders and files from the ground up: each may import what stands before it, and nothing after."""

MOST_FILES = 15
"""In one folder, beside its `__init__`: what a reader takes in at one look."""

MAY_HAVE_MORE = {"BreastUSAILib.engine.networks", "Training.commands", "Training.recipes"}
"""One file a network, whose places bundles name; one a command, and one a recipe, found by their names."""

WITHOUT_WIDGETS = {"QCoreApplication", "QProcess", "QProcessEnvironment", "QTimer"}
"""What the client may use of Qt."""

NEVER = {
    "engine": SLICER | QT,
    "report": SLICER | QT,
    "batch": SLICER | QT,
    "live": SLICER | QT,
    "serve": SLICER | QT,
    "phantom": SLICER | QT,
    "scene": QT | NETWORKS,
    "client": NETWORKS,
    "gui": NETWORKS,
}
"""Packages from outside that a room never imports, not even within a function."""

LIGHT = (
    *("errors", "flags", "flag_sentences", "steps", "options", "interface", "device", "images.frames"),
    *("images.letterbox", "images.frame_selection", "images.plausible_spacing", "images.places", "images.videos"),
    *("findings.analysis", "findings.maps", "findings.descriptors", "findings.risk_band", "findings.changed"),
    *("findings.lesion_segment", "findings.document_form", "findings.heat_map_colors", "findings.measures"),
    *("findings.words", "findings.grades", "findings.grade_words", "findings.counterfactual.counterfactuals"),
    *("findings.counterfactual.counterfactual_words", "findings.similar_cases", "findings.similar_words"),
    *("explanations.explanation", "explanations.registry"),
    *("remote.exchange", "remote.private_folder", "remote.protocol"),
)
"""What Slicer's process shares with the engine's: numpy alone. scipy would take the GUI thread 0.4 s to import."""


def imports_of(path: Path, module: str, file_scope_only: bool = False) -> Iterator[str]:
    """Full dotted names that the file imports; what only type checkers see is left out."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _statements(ast.parse(path.read_text(encoding="utf-8")), file_scope_only):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _statements(tree: ast.AST, file_scope_only: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if file_scope_only and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        yield node
        yield from _statements(node, file_scope_only)


def library_modules(root: Path) -> dict[str, Path]:
    """Dotted name -> file of everything in the library under `root`."""
    return modules_in(root, LIBRARY)


def modules_in(root: Path, package: str) -> dict[str, Path]:
    """Dotted name -> file of everything in the package under `root`."""
    modules = {}
    for path in sorted(root.joinpath(*package.split(".")).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return modules


def root_of(package: str) -> Path:
    """The folder that a package's dotted name begins in."""
    return MODULE if package.split(".")[0] == LIBRARY else ROOT


def room_of(name: str) -> str | None:
    """`engine` of `BreastUSAILib.engine.images.frames`; None outside the library."""
    parts = name.split(".")
    return parts[1] if parts[0] == LIBRARY and len(parts) > 1 else None


def back_arrows(root: Path) -> list[str]:
    """Every import of the library under `root` that a room must not make, as ``file -> import``."""
    found = []
    for module, path in library_modules(root).items():
        room = room_of(module)
        if room not in ROOMS_KNOWN:
            continue
        for name in imports_of(path, module):
            target = room_of(name)
            back = target is not None and (root / LIBRARY / target).is_dir() and target not in ROOMS_KNOWN[room]
            if back or name.split(".")[0] in NEVER[room]:
                found.append(f"{path.relative_to(root)} -> {name}")
    return found


def arrows_within(root: Path, package: str) -> dict[tuple[str, str], list[str]]:
    """(child, other child) of a package -> the imports that go from one to the other, as ``file -> import``."""
    found: dict[tuple[str, str], list[str]] = {}
    inside = f"{package}."
    for module, path in modules_in(root, package).items():
        if not module.startswith(inside):
            continue
        child = module[len(inside) :].split(".")[0]
        for name in imports_of(path, module):
            other = name[len(inside) :].split(".")[0] if name.startswith(inside) else child
            if other != child:
                found.setdefault((child, other), []).append(f"{path.relative_to(root)} -> {name}")
    return found


def back_arrows_between_folders(root: Path, room: str) -> list[str]:
    """Every import that goes up within the room, by `FLOORS`; and what the room has that stands on no floor."""
    floors = FLOORS[room]
    children = {name[len(room) + 1 :].split(".")[0] for name in modules_in(root, room) if name != room}
    found = [f"{room}.{child} stands on no floor" for child in sorted(children - set(floors))]
    for (child, other), arrows in arrows_within(root, room).items():
        if {child, other} <= set(floors) and floors.index(other) > floors.index(child):
            found += arrows
    return found


def circles(root: Path, package: str = LIBRARY) -> list[str]:
    """Folders with neighbors in them, files or folders, that import each other; with all that import those."""
    found = []
    for one in {name for name, path in modules_in(root, package).items() if path.name == "__init__.py"}:
        arrows: dict[str, set[str]] = {}
        for child, other in arrows_within(root, one):
            arrows.setdefault(child, set()).add(other)
        while True:  # what imports nobody that is left is in no circle
            free = [child for child, others in arrows.items() if not others & arrows.keys()]
            if not free:
                break
            for child in free:
                del arrows[child]
        if arrows:
            found.append(f"{one}: {', '.join(sorted(arrows))}")
    return sorted(found)


def loaded_at_import(root: Path, start: list[str]) -> dict[str, str]:
    """Outside packages that importing `start` loads, each with the library file that names it."""
    modules, outside, waiting, seen = library_modules(root), {}, list(start), set()
    while waiting:
        module = waiting.pop()
        if module in seen or module not in modules:
            continue
        seen.add(module)
        waiting.extend(_with_parents(module))
        for name in imports_of(modules[module], module, file_scope_only=True):
            if name.split(".")[0] == LIBRARY:
                waiting.extend(_with_parents(name))
            else:
                outside.setdefault(name.split(".")[0], module)
    return {name: module for name, module in outside.items() if name not in sys.stdlib_module_names}


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: index + 1]) for index in range(len(parts))]


def slicer_entry_points() -> list[str]:
    """What the application imports: the door, and the rooms it opens."""
    rooms = [name for name in library_modules(MODULE) if room_of(name) in ("scene", "client", "gui")]
    door = imports_of(MODULE / "BreastUSAI.py", "BreastUSAI", file_scope_only=True)
    return rooms + [parent for name in door for parent in _with_parents(name)]


def test_no_arrow_points_back():
    assert back_arrows(MODULE) == []


@pytest.mark.parametrize("room", FLOORS)
def test_no_arrow_between_folders_points_back(room):
    assert back_arrows_between_folders(root_of(room), room) == []


@pytest.mark.parametrize("package", [LIBRARY, "Training", "Testing.host"])
def test_no_imports_go_in_a_circle(package):
    assert circles(root_of(package), package) == []


@pytest.mark.parametrize("package", [LIBRARY, "Training", "Testing.host"])
def test_no_folder_is_a_drawer(package):
    files: dict[str, int] = {}
    for name, path in modules_in(root_of(package), package).items():
        if path.name != "__init__.py":
            files[name.rpartition(".")[0]] = files.get(name.rpartition(".")[0], 0) + 1

    assert {name: count for name, count in files.items() if count > MOST_FILES and name not in MAY_HAVE_MORE} == {}


def test_the_client_has_no_widget():
    client = [path for name, path in library_modules(MODULE).items() if room_of(name) == "client"]
    used = {
        node.attr
        for path in client
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in QT
    }

    assert used <= WITHOUT_WIDGETS
    assert "QProcess" in used


def test_training_is_used_by_nothing():
    users = [
        str(path.relative_to(ROOT))
        for module, path in library_modules(MODULE).items()
        if any(name.split(".")[0] in ("Training", "Testing") for name in imports_of(path, module))
    ]

    assert users == []


def test_training_uses_the_library_and_never_the_scene():
    wrong = [
        f"{path.relative_to(ROOT)} -> {name}"
        for path in sorted((ROOT / "Training").rglob("*.py"))
        for name in imports_of(path, ".".join(path.relative_to(ROOT).with_suffix("").parts))
        if room_of(name) in ("scene", "client", "gui") or name.split(".")[0] in SLICER | QT
    ]

    assert wrong == []


def test_only_the_command_line_knows_the_phantoms():
    users = {
        room_of(module)
        for module, path in library_modules(MODULE).items()
        if any(room_of(name) == "phantom" for name in imports_of(path, module))
    }

    assert users <= {"phantom", "__main__", "cli"}


def test_what_slicer_imports_loads_only_what_slicer_brings():
    loaded = loaded_at_import(MODULE, slicer_entry_points())
    door = {name.split(".")[0]: "BreastUSAI.py" for name in imports_of(MODULE / "BreastUSAI.py", "BreastUSAI", True)}
    outside = {**door, **loaded}

    allowed = SLICER_BRINGS | sys.stdlib_module_names | {LIBRARY}
    assert {name: by for name, by in outside.items() if name not in allowed} == {}
    assert {"numpy", "slicer"} <= set(loaded)


@pytest.mark.parametrize("name", LIGHT)
def test_what_both_processes_load_needs_numpy_alone(name):
    module = f"{LIBRARY}.engine.{name}"
    assert module in library_modules(MODULE)

    assert set(loaded_at_import(MODULE, [module])) <= {"numpy"}


@pytest.mark.parametrize(
    ("room", "line", "arrow"),
    [
        ("engine", "from ..scene import anything", "BreastUSAILib.scene.anything"),
        ("engine", "def late():\n    import slicer", "slicer"),
        ("report", "from BreastUSAILib.gui.panel import x", "BreastUSAILib.gui.panel.x"),
        ("scene", "from ..report import preview", "BreastUSAILib.report.preview"),
        ("scene", "import torch.nn as nn", "torch.nn"),
        ("engine", "from ..phantom import frame", "BreastUSAILib.phantom.frame"),
    ],
)
def test_an_arrow_that_points_back_is_found(tmp_path, room, line, arrow):
    for name in ("engine", "scene", "client", "gui", "report", "phantom"):
        (tmp_path / LIBRARY / name).mkdir(parents=True)
    (tmp_path / LIBRARY / room / "new.py").write_text(f"{line}\n")

    assert back_arrows(tmp_path) == [f"{LIBRARY}/{room}/new.py -> {arrow}"]


def test_an_arrow_that_goes_up_within_a_room_is_found(tmp_path):
    for name in ("findings", "lesions", "drawer"):
        (tmp_path / LIBRARY / "engine" / name).mkdir(parents=True)
        (tmp_path / LIBRARY / "engine" / name / "__init__.py").write_text("")
    (tmp_path / LIBRARY / "engine" / "lesions" / "new.py").write_text("from ..findings import analysis\n")
    (tmp_path / LIBRARY / "engine" / "findings" / "new.py").write_text("def late():\n    from ..lesions import new\n")

    assert back_arrows_between_folders(tmp_path, f"{LIBRARY}.engine") == [
        f"{LIBRARY}.engine.drawer stands on no floor",
        f"{LIBRARY}/engine/findings/new.py -> {LIBRARY}.engine.lesions.new",
    ]


def test_a_circle_is_found(tmp_path):
    (tmp_path / LIBRARY).mkdir()
    (tmp_path / LIBRARY / "__init__.py").write_text("")
    for name, imported in {"one": "two", "two": "three", "three": "one", "beside": "one"}.items():
        (tmp_path / LIBRARY / f"{name}.py").write_text(f"from .{imported} import x\n")

    assert circles(tmp_path) == [f"{LIBRARY}: beside, one, three, two"]

    (tmp_path / LIBRARY / "three.py").write_text("")

    assert circles(tmp_path) == []


def test_a_heavy_import_is_found_through_other_files(tmp_path):
    (tmp_path / LIBRARY / "engine").mkdir(parents=True)
    (tmp_path / LIBRARY / "engine" / "__init__.py").write_text("from .networks import build\n")
    (tmp_path / LIBRARY / "engine" / "networks.py").write_text("import torch\n\ndef build():\n    import monai\n")
    (tmp_path / LIBRARY / "engine" / "frames.py").write_text("import numpy\n")

    loaded = loaded_at_import(tmp_path, [f"{LIBRARY}.engine.frames"])

    assert loaded == {"numpy": f"{LIBRARY}.engine.frames", "torch": f"{LIBRARY}.engine.networks"}
