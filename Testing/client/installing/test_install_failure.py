"""The cause of a failed installation is told from what pip really prints."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path
from subprocess import CalledProcessError

import pytest

from BreastUSAILib.client.installing.install_failure import LONGEST_DETAIL, explain

FOLDER = Path("/opt/Slicer/lib/Python/lib/python3.12/site-packages")
PIP_FAILED = CalledProcessError(1, ["python", "-m", "pip", "install"])
RETRYING = (
    "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) after connection broken "
    "by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a "
    "new connection: [Errno -3] Temporary failure in name resolution')': /simple/monai/"
)
NOTHING_FOUND = (
    "ERROR: Could not find a version that satisfies the requirement monai (from versions: none)\n"
    "ERROR: No matching distribution found for monai"
)


@pytest.mark.parametrize(
    ("cause", "output"),
    [
        ("network", f"{RETRYING}\n{NOTHING_FOUND}"),
        ("network", "WARNING: ... 'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))'"),
        ("network", "ERROR: HTTP error 403 while getting x\nERROR: 403 Client Error: Forbidden for url: https://x"),
        ("network", "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self-signed'))"),
        ("network", "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out."),
        ("disk", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
        ("disk", "OSError: [WinError 112] There is not enough space on the disk"),
        ("disk", "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/opt/Slicer/x'"),
        ("disk", "ERROR: ... OSError: [WinError 5] Access is denied: 'C:\\\\Slicer\\\\torch\\\\lib\\\\c10.dll'"),
        (
            "path length",
            "ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: 'C:\\\\...'\n"
            "HINT: This error might have occurred since this system does not have Windows Long Path support enabled.",
        ),
        ("path length", "OSError: [WinError 206] The filename or extension is too long"),
        ("unknown", "ERROR: Failed building wheel for x"),
        ("unknown", NOTHING_FOUND),
    ],
)
def test_the_cause_is_in_the_output(cause, output):
    failure = explain(PIP_FAILED, output, output, FOLDER)

    assert failure.cause == cause
    assert failure.log == output
    assert "Traceback" not in str(failure)
    assert len(str(failure)) < 400


def test_an_error_counts_before_a_warning_that_pip_got_over():
    output = f"{RETRYING}\nERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"

    assert explain(PIP_FAILED, output, output, FOLDER).cause == "disk"


@pytest.mark.parametrize(
    ("cause", "error"),
    [
        ("disk", OSError(errno.ENOSPC, "No space left on device")),
        ("disk", PermissionError(errno.EACCES, "Permission denied")),
        ("path length", OSError(errno.ENAMETOOLONG, "File name too long")),
        ("network", ConnectionResetError()),
        ("network", TimeoutError()),
        ("declined", RuntimeError("User declined package installation")),
        ("unknown", RuntimeError("PythonSlicer executable not found")),
    ],
)
def test_the_exception_tells_too(cause, error):
    assert explain(error, "", "", FOLDER).cause == cause


def test_an_unknown_failure_quotes_one_line():
    failure = explain(PIP_FAILED, "ERROR: the wheel\nof fortune\n" + "ERROR: " + "x" * 999, "", FOLDER)

    assert failure.problem == "the installation failed: the wheel"
    assert len(explain(RuntimeError("y" * 999), "", "", FOLDER).problem) < LONGEST_DETAIL + 50


CRASHES = (
    'ERROR: Exception:\nTraceback (most recent call last):\n  File "pip/x.py", line 1, in run\nKeyError: 3',
    "ERROR: Traceback (most recent call last):\n  ...\nStopIteration",
    "ERROR: AssertionError: what",
)


@pytest.mark.parametrize("output", CRASHES)
def test_what_pip_says_of_its_own_crash_is_for_the_log_alone(output):
    failure = explain(PIP_FAILED, output, output, FOLDER)

    for word in ("Exception", "Traceback", "Error", "StopIteration"):
        assert word not in str(failure)
    assert "does not say why" in failure.problem
    assert failure.log == output


def test_a_conflict_is_named_and_no_update_of_slicer_is_promised_to_help():
    output = (
        "The conflict is caused by:\n    light-the-torch 0.8.1 depends on pip<26.1 and >=22.3\n"
        "    The user requested (constraint) pip==26.1.1\nERROR: ResolutionImpossible: for help visit x"
    )

    failure = explain(PIP_FAILED, output, output, FOLDER)

    assert "light-the-torch needs pip<26.1" in failure.problem
    assert "Update Slicer" not in failure.remedy


def test_another_installation_is_waited_for():
    error = RuntimeError("A non-blocking pip_install is already in progress. Wait for it to complete or use x=True.")

    assert "another installation" in explain(error, "", "", FOLDER).problem


@pytest.fixture
def pip(tmp_path, monkeypatch):
    """Runs pip for real, in this Python, without ever installing: gives its output after it failed."""
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")

    def run(*arguments: str) -> str:
        command = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--dry-run",
            "--target",
            str(tmp_path / "target"),
            *arguments,
        ]
        finished = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        assert finished.returncode != 0
        return finished.stdout

    return run


def test_real_pip_without_an_index_is_a_network_failure(pip):
    output = pip("--index-url", "http://127.0.0.1:9/simple", "--retries", "1", "--timeout", "1", "breastusai-none")

    assert explain(PIP_FAILED, output, output, FOLDER).cause == "network"


def test_real_pip_in_a_folder_that_lacks_a_package_names_it(pip, tmp_path):
    output = pip("--no-index", "--find-links", str(tmp_path), "breastusai-none>=1.3")

    failure = explain(PIP_FAILED, output, output, FOLDER)

    assert failure.cause == "unknown"
    assert "'breastusai-none>=1.3'" in failure.problem
