"""Advisories fail a check where there is a mended version, and never because nobody could be asked."""

from __future__ import annotations

import subprocess

import pytest

from Testing import advisories

ADVISORY = {"id": "PYSEC-1", "fix_versions": ["2"]}


def test_an_advisory_with_a_mended_version_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert advisories.told([{"name": "x", "version": "1", "vulns": [ADVISORY]}]) == 1
    assert "x 1: PYSEC-1, mended in 2" in capsys.readouterr().out


@pytest.mark.parametrize(
    "found",
    [
        [],
        [{"name": "x", "skip_reason": "not found"}],
        [{"name": "x", "version": "1", "vulns": []}],
        [{"name": "x", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}],
    ],
)
def test_nothing_else_does(found: list[dict]) -> None:
    assert advisories.told(found) == 0


@pytest.mark.parametrize("outcome", ["no JSON", OSError(), subprocess.TimeoutExpired("pip_audit", 1)])
def test_nobody_to_ask_is_said(
    outcome: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess:
        if isinstance(outcome, BaseException):
            raise outcome
        return subprocess.CompletedProcess(command, 1, outcome, "")

    monkeypatch.setattr(advisories.subprocess, "run", run)
    assert advisories.main() == 0
    assert "SKIPPED" in capsys.readouterr().out


def test_the_projects_own_requirements_are_asked_about() -> None:
    assert {"torch", "pydicom", "pillow"} <= advisories.installed().keys()
