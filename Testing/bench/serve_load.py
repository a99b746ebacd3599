"""``python -m Testing.bench.serve_load``: the server under four times the load that it bears, on this computer.

First images one after the other, for what it bears; then four times as many a second for a while, by as many askers as
that takes. Every answer is counted: taken, refused with a reason, or a failure, of which there must be none. Every
image that was taken must end with a result.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from statistics import quantiles
from urllib.parse import unquote

import httpx

from BreastUSAILib.cli.serve.arguments import TOKEN_VARIABLE
from BreastUSAILib.serve.jobs import State

from .still import STILL

TOKEN = "for this computer's load test alone"
ONE_BY_ONE = 12
SECONDS = 15.0
TIMES = 4


def main() -> int:
    """Measure and print; returns the exit status."""
    command = [sys.executable, "-m", "BreastUSAILib", "serve", "--port", "0", "--a-minute", "100000"]
    environment = {**os.environ, TOKEN_VARIABLE: TOKEN.replace(" ", "-")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        address, _, token = process.stdout.readline().strip().partition("#")
        return _measure(Asker(address, unquote(token), STILL.read_bytes()))
    finally:
        process.terminate()
        process.wait(30)


class Asker:
    """Sends one image and waits for its result."""

    def __init__(self, address: str, token: str, image: bytes) -> None:
        self._client = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=60,
            limits=httpx.Limits(max_connections=None),
            transport=httpx.HTTPTransport(retries=20),
        )
        self._image = image

    def ask(self) -> tuple[str, float]:
        """What became of it, and after how many seconds."""
        started = time.perf_counter()
        answer = self._client.post("/v1/jobs", content=self._image)
        if answer.status_code != 202:
            known = answer.status_code in (429, 503) and answer.headers.get("retry-after")
            return (f"refused ({answer.status_code})" if known else f"FAILURE {answer.status_code}"), 0.0
        address = f"/v1/jobs/{answer.json()['id']}"
        while (told := self._client.get(address).json())["state"] in (State.WAITING.value, State.RUNNING.value):
            time.sleep(0.02)
        self._client.delete(address)
        return ("done" if told["state"] == State.DONE.value else f"FAILURE {told}"), time.perf_counter() - started


def _measure(asker: Asker) -> int:
    for _warming in range(2):
        asker.ask()
    started = time.perf_counter()
    alone = [asker.ask()[1] for _ in range(ONE_BY_ONE)]
    rate = ONE_BY_ONE / (time.perf_counter() - started)
    print(f"one by one: {rate:.1f} images a second, median {sorted(alone)[len(alone) // 2]:.2f} s")
    found: list[tuple[str, float]] = []
    askers = []
    begun = time.perf_counter()
    count = int(SECONDS * TIMES * rate)
    for number in range(count):
        time.sleep(max(0.0, begun + number / (TIMES * rate) - time.perf_counter()))
        askers.append(threading.Thread(target=lambda: found.append(asker.ask())))
        askers[-1].start()
    for one in askers:
        one.join()
    outcomes = Counter(outcome for outcome, _ in found)
    taken = [seconds for outcome, seconds in found if outcome == "done"]
    print(f"{TIMES} times that for {SECONDS:.0f} s, {count} images: {dict(outcomes)}")
    print(f"of those taken: median {sorted(taken)[len(taken) // 2]:.2f} s, p95 {quantiles(taken, n=20)[-1]:.2f} s")
    return 1 if len(found) < count or any(outcome.startswith("FAILURE") for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
