"""``python -m Testing.advisories``: known advisories on the installed packages, where they can be reached.

Asks by pip-audit, within a bounded time. Without a network, or where the index serves no advisories, that is said and
nothing fails: what cannot be looked up is no defect of the project.
"""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any

from packaging.requirements import Requirement

LONGEST_S = 30


def main() -> int:
    """1 where an installed package that the project names has a known advisory with a mended version, else 0."""
    pinned = "\n".join(f"{name}=={number}" for name, number in installed().items())
    command = [sys.executable, "-m", "pip_audit", "--requirement", "/dev/stdin", "--no-deps", "--disable-pip"]
    command += ["--progress-spinner", "off", "--format", "json", "--timeout", "5"]
    try:
        done = subprocess.run(command, input=pinned, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        found = json.loads(done.stdout)["dependencies"]
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired):
        print("SKIPPED: no advisories were looked up, since they cannot be reached from here")
        return 0
    return told(found)


def installed() -> dict[str, str]:
    """The project's own requirements that are installed, with their versions."""
    found = {}
    for name in sorted({Requirement(line).name for line in requires("breastusai") or ()}):
        try:
            found[name] = version(name).partition("+")[0]
        except PackageNotFoundError:
            continue
    return found


def told(found: list[dict[str, Any]]) -> int:
    """Print what pip-audit found; 1 where an advisory names a mended version, else 0."""
    asked = [package for package in found if "skip_reason" not in package]
    if not asked:
        print("SKIPPED: no advisories were looked up, since the package index here serves none")
        return 0
    status = 0
    for package in asked:
        for advisory in package["vulns"]:
            mended = ", ".join(advisory["fix_versions"]) or "no version yet"
            print(f"{package['name']} {package['version']}: {advisory['id']}, mended in {mended}")
            status |= bool(advisory["fix_versions"])
    print(f"advisories on {len(asked)} packages were looked up")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
