"""The entry: usage, help, models and phantoms, as a shell sees them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import BreastUSAILib
from BreastUSAILib import RESEARCH_USE, __main__, __version__
from BreastUSAILib.cli import models
from BreastUSAILib.cli.arguments import CLASS_NAMES, DEVICES, parser
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.bundles import model_install
from BreastUSAILib.engine.bundles.bundle import BundleInfo
from BreastUSAILib.engine.bundles.model_folder import InstalledModel
from BreastUSAILib.engine.errors import ModelError
from BreastUSAILib.engine.findings.analysis import CLASSES

ON_THE_PATH = Path(BreastUSAILib.__file__).parents[1]


def _shell(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "BreastUSAILib", *arguments],
        cwd=ON_THE_PATH,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_package_runs_as_a_module_and_knows_its_version():
    done = _shell("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"breastusai {__version__}\n", "")


def test_threads_wait_without_taking_a_core_unless_the_user_wants_otherwise(monkeypatch):
    for chosen, expected in ((None, "PASSIVE"), ("ACTIVE", "ACTIVE")):
        environment = {"PATH": "", **({} if chosen is None else {"OMP_WAIT_POLICY": chosen})}
        monkeypatch.setattr(os, "environ", environment)
        with pytest.raises(SystemExit):
            __main__.main(["--version"])
        assert os.environ["OMP_WAIT_POLICY"] == expected


def test_help_loads_neither_torch_nor_numpy():
    code = (
        "import sys; from BreastUSAILib.__main__ import main\n"
        "try: main(['analyze', '--help'])\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'torch', 'monai', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ON_THE_PATH, check=False).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["analyse"],
        ["analyze"],
        ["analyze", "exam.dcm"],
        ["analyze", "--output", "out"],
        ["analyze", "exam.dcm", "--output", "out", "--frames", "5-2"],
        ["analyze", "exam.dcm", "--output", "out", "--frames", "some"],
        ["analyze", "exam.dcm", "--output", "out", "--frames", "every:0"],
        ["analyze", "exam.dcm", "--output", "out", "--frames", "every"],
        ["analyze", "exam.dcm", "--output", "out", "--explain-method", "lime"],
        ["analyze", "exam.dcm", "--output", "out", "--device", "tpu"],
        ["analyze", "exam.dcm", "--output", "out", "--explain-class", "undetermined"],
        ["analyze", "exam.dcm", "--output", "out", "--prevalence", "5"],
        ["analyze", "exam.dcm", "--output", "out", "--prevalence", "rare"],
        ["analyze", "exam.dcm", "--output", "out", "--prevalence", "nan"],
        ["models"],
        ["models", "add"],
        ["models", "remove"],
        ["models", "update"],
        ["phantom", "--output", "out", "--count", "0"],
        ["phantom", "--output", "out", "--count", "many"],
        ["phantom", "--output", "out", "--seed", "-1"],
        ["phantom", "--output", "out", "--label", "cyst"],
    ],
)
def test_wrong_usage_gives_status_2_and_says_what_is_right(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        __main__.main(arguments)
    assert stopped.value.code == 2
    assert "usage: breastusai" in capsys.readouterr().err


def test_help_is_the_manual(capsys):
    with pytest.raises(SystemExit) as stopped:
        __main__.main(["analyze", "--help"])
    assert stopped.value.code == 0
    words = capsys.readouterr().out
    for word in (RESEARCH_USE, "analysis.json", "segmentation.seg.nrrd", "heatmap.nrrd", "preview.png", "scene.mrb"):
        assert word in words
    assert "exit status" in words


def test_the_choices_are_the_engines():
    assert tuple(label.value for label in CLASSES) == CLASS_NAMES
    assert DEVICES[0] == parser().parse_args(["analyze", "a", "--output", "b"]).device


def test_an_interruption_gives_status_130(monkeypatch, capsys):
    def interrupted(chosen, terminal):
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "_run", interrupted)
    assert __main__.main(["models", "list"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_a_reader_that_goes_away_causes_no_crash():
    command = f"{sys.executable} -m BreastUSAILib models list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ON_THE_PATH, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def run_models(*arguments: str) -> tuple[int, str, str]:
    """Status and what was said and complained."""
    out, err = io.StringIO(), io.StringIO()
    return (
        models.run_models(parser().parse_args(["models", *arguments]), Terminal(out, err)),
        out.getvalue(),
        err.getvalue(),
    )


@pytest.fixture
def bundles(monkeypatch):
    """A shipped model, and an added one that is damaged."""

    def verify(path):
        if path.name == "segmenter":
            raise ModelError("model.pt does not fit its SHA-256", where=path, remedy="Install BreastUSAI again")
        return BundleInfo(path, "classification", "efficientnet-b0", "1.0.0", "0123456789abcdef" * 4, 8_123_456)

    installed = [
        InstalledModel("efficientnet-b0", Path("/shipped/classifier"), False),
        InstalledModel("mine", Path("/home/me/segmenter"), True),
    ]
    monkeypatch.setattr(models, "installed_models", lambda: installed)
    monkeypatch.setattr(models, "verify_bundle", verify)


@pytest.mark.parametrize(("action", "expected"), [("list", 0), ("verify", 1)])
def test_models_are_listed_with_their_state_and_place(bundles, action, expected):
    status, out, err = run_models(action)
    assert status == expected
    heading, sound, damaged = out.splitlines()
    assert heading.split() == ["TASK", "NAME", "VERSION", "SIZE", "SHA-256", "STATE", "FROM", "PLACE"]
    assert sound.split() == [
        "classification", "efficientnet-b0", "1.0.0", "8.1", "MB", "0123456789ab", "ok",
        "shipped", "/shipped/classifier",
    ]  # fmt: skip
    assert damaged.split() == ["?", "mine", "?", "?", "?", "not", "ok", "added", "/home/me/segmenter"]
    assert sound.index("ok") == damaged.index("not ok") == heading.index("STATE")
    assert err == "breastusai: /home/me/segmenter: model.pt does not fit its SHA-256. Install BreastUSAI again.\n"


def test_no_models_at_all_is_not_verified(monkeypatch):
    monkeypatch.setattr(models, "installed_models", list)
    status, _, err = run_models("verify")
    assert status == 1
    assert "no models are installed" in err


def test_a_model_that_is_added_is_told_with_its_place(monkeypatch):
    asked = []

    def add(source, sha256):
        asked.append((source, sha256))
        return BundleInfo(Path("/home/me/other"), "classification", "other", "2.0.0", "ab" * 32, 1)

    monkeypatch.setattr(model_install, "add_model", add)
    status, out, err = run_models("add", "other.zip", "--sha256", "ab" * 32)
    assert (status, out, err) == (0, "other 2.0.0 (classification) is in /home/me/other\n", "")
    assert asked == [("other.zip", "ab" * 32)]


def test_a_model_is_removed_by_its_name(monkeypatch):
    monkeypatch.setattr(models, "remove_model", lambda name: Path("/home/me") / name)
    assert run_models("remove", "other") == (0, "other was removed from /home/me/other\n", "")


@pytest.mark.parametrize(
    "arguments", [["add", "nowhere.zip"], ["remove", "nothing"], ["add", "https://a.example/b.zip"]]
)
def test_what_cannot_be_added_or_removed_is_one_line_and_status_1(arguments, tmp_path, monkeypatch):
    monkeypatch.setenv("BREASTUSAI_MODELS", str(tmp_path / "models"))
    status, out, err = run_models(*arguments)
    assert (status, out, len(err.splitlines())) == (1, "", 1)


def test_phantoms_are_made_where_they_were_asked_for(tmp_path, capsys):
    arguments = ["phantom", "--output", str(tmp_path / "phantoms"), "--count", "2", "--label", "benign", "--seed", "3"]
    assert __main__.main(arguments) == 0
    paths = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert len(paths) == 2
    assert all(path.parent == tmp_path / "phantoms" and path.read_bytes()[128:132] == b"DICM" for path in paths)


def test_a_phantom_that_cannot_be_written_is_one_line_and_status_1(tmp_path, capsys):
    (tmp_path / "file").write_text("a file")
    assert __main__.main(["phantom", "--output", str(tmp_path / "file")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
