"""The entry: usage, help, models and phantoms, as a shell sees them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

import BreastUSAILib
from BreastUSAILib import RESEARCH_USE, __main__, __version__
from BreastUSAILib.cli import models
from BreastUSAILib.cli.arguments import CLASS_NAMES, DEVICES, parser
from BreastUSAILib.cli.terminal import Terminal
from BreastUSAILib.engine.analysis import CLASSES
from BreastUSAILib.engine.bundle import BundleInfo
from BreastUSAILib.engine.errors import ModelError

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
        ["analyze", "exam.dcm", "--output", "out", "--device", "tpu"],
        ["analyze", "exam.dcm", "--output", "out", "--explain-class", "undetermined"],
        ["models"],
        ["models", "remove"],
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


def test_a_reader_that_goes_away_is_no_crash():
    command = f"{sys.executable} -m BreastUSAILib models list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ON_THE_PATH, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


@pytest.fixture
def bundles(monkeypatch):
    """Two shipped models, of which the second is damaged."""

    def verify(path):
        if path.name == "segmenter":
            raise ModelError("model.pt does not fit its SHA-256", where=path, remedy="Install BreastUSAI again")
        return BundleInfo(path, "classification", "efficientnet-b0", "1.0.0", "0123456789abcdef" * 4, 8_123_456)

    monkeypatch.setattr(models, "find_bundles", lambda: [Path("classifier"), Path("segmenter")])
    monkeypatch.setattr(models, "verify_bundle", verify)


@pytest.mark.parametrize(("action", "status"), [("list", 0), ("verify", 1)])
def test_models_are_listed_with_their_state(bundles, action, status):
    out, err = io.StringIO(), io.StringIO()
    assert models.run_models(action, Terminal(out, err)) == status
    heading, sound, damaged = out.getvalue().splitlines()
    assert heading.split() == ["TASK", "NAME", "VERSION", "SIZE", "SHA-256", "STATE"]
    assert sound.split() == ["classification", "efficientnet-b0", "1.0.0", "8.1", "MB", "0123456789ab", "ok"]
    assert damaged.split() == ["?", "segmenter", "?", "?", "?", "not", "ok"]
    assert sound.index("ok") == damaged.index("not ok") == heading.index("STATE")
    assert err.getvalue() == ("breastusai: segmenter: model.pt does not fit its SHA-256. Install BreastUSAI again.\n")


def test_no_models_at_all_is_not_verified(monkeypatch):
    monkeypatch.setattr(models, "find_bundles", list)
    err = io.StringIO()
    assert models.run_models("verify", Terminal(io.StringIO(), err)) == 1
    assert "no models are installed" in err.getvalue()


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
