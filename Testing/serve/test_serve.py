"""The server: who is let in, how much is taken, what is told, and that nothing stays."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import jsonschema
import numpy as np
import pytest
from fastapi.testclient import TestClient

from BreastUSAILib.engine.errors import InputError
from BreastUSAILib.engine.options import AnalyzeOptions
from BreastUSAILib.engine.reading import read
from BreastUSAILib.engine.remote.private_folder import PrivateFolder
from BreastUSAILib.serve.app import PAGE, SCHEMA, Limits, app_of
from BreastUSAILib.serve.jobs import Full, Jobs, State
from BreastUSAILib.serve.work import UploadWork
from Testing.engine.reading.dicom.dicom_writing import dicom_dataset, save
from Testing.report.samples import analysis_of

TOKEN = "a token that nobody guesses"
KNOWN = {"Authorization": f"Bearer {TOKEN}"}


class EngineByHand:
    """Says what `analysis_of` says, once it may."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.may.set()
        self.options: list[AnalyzeOptions] = []

    def analyze(self, frames, options=None, progress=None, cancelled=None):
        self.options.append(options)
        while not self.may.wait(0.01):
            if cancelled is not None and cancelled():
                from BreastUSAILib.engine.errors import Cancelled

                raise Cancelled
        if progress is not None:
            progress(frames.count, frames.count, "done")
        return analysis_of(frames)


@pytest.fixture
def engine() -> EngineByHand:
    return EngineByHand()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[PrivateFolder]:
    made = PrivateFolder(tmp_path)
    yield made
    made.remove()


@pytest.fixture
def jobs(engine: EngineByHand, folder: PrivateFolder) -> Iterator[Jobs]:
    made = Jobs(UploadWork(engine, read, folder), most_waiting=2)
    yield made
    engine.may.set()
    made.close()


@pytest.fixture
def client(jobs: Jobs, folder: PrivateFolder) -> TestClient:
    limits = Limits(most_bytes=200_000, a_minute=50, hosts=("testserver",))
    return TestClient(app_of(jobs, TOKEN, folder.path, limits))


@pytest.fixture
def exam(tmp_path: Path) -> bytes:
    rng = np.random.default_rng(0)
    dataset = dicom_dataset(rng.integers(60, 200, (90, 120)).astype(np.uint8))
    dataset.PatientName, dataset.PatientID = "Secret^Name", "SECRET-7"
    return save(dataset, tmp_path / "SECRET-exam.dcm").read_bytes()


def ended(client: TestClient, identifier: str) -> dict:
    end = time.monotonic() + 60
    while (job := client.get(f"/v1/jobs/{identifier}", headers=KNOWN).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < end
        time.sleep(0.01)
    return job


def files_left(folder: PrivateFolder) -> list[str]:
    return [path.name for path in folder.path.rglob("*") if path.is_file() and path.name != "in-use"]


def test_an_upload_becomes_findings_pictures_and_a_report_and_nothing_stays(client, engine, folder, exam) -> None:
    made = client.post("/v1/jobs?prevalence=0.2", content=exam, headers=KNOWN)
    assert made.status_code == 202
    job = ended(client, made.json()["id"])
    assert job["state"] == "done", job
    assert job["files"] == ["analysis.json", "image.png", "overlay.png", "preview.png", "report.pdf"]
    answers = {name: client.get(f"/v1/jobs/{job['id']}/{name}", headers=KNOWN) for name in job["files"]}
    document = answers["analysis.json"].json()
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert answers["image.png"].content.startswith(b"\x89PNG")
    assert answers["image.png"].content != answers["overlay.png"].content
    assert answers["report.pdf"].content.startswith(b"%PDF")
    assert engine.options[0].prevalence == 0.2
    assert all(answer.headers["cache-control"] == "no-store" for answer in answers.values())
    for answer in answers.values():
        assert b"SECRET" not in answer.content
        assert b"Secret" not in answer.content
    assert files_left(folder) == []
    assert client.delete(f"/v1/jobs/{job['id']}", headers=KNOWN).status_code == 204
    assert client.get(f"/v1/jobs/{job['id']}", headers=KNOWN).status_code == 404


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
def test_nobody_is_let_in_without_the_token(client, engine, exam, given) -> None:
    for method, path in (("POST", "/v1/jobs"), ("GET", "/v1/jobs/x"), ("GET", "/v1/jobs/x/y"), ("GET", "/v1/schema")):
        answer = client.request(method, path, content=exam if method == "POST" else None, headers=given)
        assert answer.status_code == 401
        assert "token" in answer.json()["detail"]
    assert engine.options == []


def test_another_site_cannot_reach_it_through_a_browser(client) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_the_page_runs_its_own_script_alone_and_loads_nothing_from_elsewhere(client) -> None:
    answer = client.get("/")
    page = PAGE.read_text(encoding="utf-8")
    assert answer.text == page
    assert "Research use only. Not a medical device." in page
    assert "'sha256-" in answer.headers["content-security-policy"]
    assert "http://" not in page
    assert "https://" not in page
    assert set(client.get("/openapi.json").json()["paths"]) == {
        *("/v1/schema", "/v1/jobs", "/v1/jobs/{identifier}", "/v1/jobs/{identifier}/{name}")
    }


def test_more_than_may_be_is_not_taken(client, folder) -> None:
    assert client.post("/v1/jobs", content=b"x" * 200_001, headers=KNOWN).status_code == 413

    def endless() -> Iterator[bytes]:  # no length is stated
        for _ in range(40):
            yield b"x" * 10_000

    assert client.post("/v1/jobs", content=endless(), headers=KNOWN).status_code == 413
    assert client.post("/v1/jobs", content=b"", headers=KNOWN).status_code == 422
    assert files_left(folder) == []


@pytest.mark.parametrize("content", [b"no image at all", b"PK\x03\x04" + bytes(500), b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_image_fails_by_itself_with_a_line_that_names_no_path(client, folder, exam, content) -> None:
    job = ended(client, client.post("/v1/jobs", content=content, headers=KNOWN).json()["id"])
    assert job["state"] == "failed"
    assert job["problem"]
    assert str(folder.path) not in job["problem"]
    assert "\n" not in job["problem"]
    assert client.get(f"/v1/jobs/{job['id']}/analysis.json", headers=KNOWN).status_code == 404
    assert ended(client, client.post("/v1/jobs", content=exam, headers=KNOWN).json()["id"])["state"] == "done"


@pytest.mark.parametrize("query", ["prevalence=2", "explain=magic", "frames=some"])
def test_what_cannot_be_asked_is_said_before_the_upload_is_taken(client, exam, query) -> None:
    answer = client.post(f"/v1/jobs?{query}", content=exam, headers=KNOWN)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_full_queue_and_too_many_uploads_are_told_and_lose_nothing(client, engine, exam) -> None:
    engine.may.clear()
    first = client.post("/v1/jobs", content=exam, headers=KNOWN).json()
    while client.get(f"/v1/jobs/{first['id']}", headers=KNOWN).json()["state"] != "running":
        time.sleep(0.01)
    others = [client.post("/v1/jobs", content=exam, headers=KNOWN) for _ in range(6)]
    assert [answer.status_code for answer in others] == [202, 202, 503, 503, 503, 503]
    assert others[2].headers["retry-after"] == "5"
    assert others[1].json()["ahead"] == 2
    engine.may.set()
    taken = [first["id"], *(answer.json()["id"] for answer in others[:2])]
    assert [ended(client, one)["state"] for one in taken] == ["done"] * 3
    codes = [client.post("/v1/jobs", content=b"x", headers=KNOWN).status_code for _ in range(60)]
    assert codes[-1] == 429
    assert set(codes) <= {202, 429, 503}


def test_an_upload_holds_its_place_and_gives_it_back_where_it_fails(tmp_path: Path) -> None:
    jobs = Jobs(lambda *_given: {}, most_waiting=2)
    with jobs.place(), jobs.place(), pytest.raises(Full):
        jobs.submit(tmp_path / "third", AnalyzeOptions())
    with pytest.raises(ConnectionError), jobs.place():
        raise ConnectionError
    with jobs.place():
        assert jobs.submit(tmp_path / "second", AnalyzeOptions()).id
    jobs.close()


def test_one_that_nobody_wants_any_more_is_stopped(client, engine, exam) -> None:
    engine.may.clear()
    job = client.post("/v1/jobs", content=exam, headers=KNOWN).json()
    while client.get(f"/v1/jobs/{job['id']}", headers=KNOWN).json()["state"] != "running":
        time.sleep(0.01)
    assert client.delete(f"/v1/jobs/{job['id']}", headers=KNOWN).status_code == 204
    while client.get(f"/v1/jobs/{job['id']}", headers=KNOWN).status_code == 200:
        time.sleep(0.01)


def test_results_are_forgotten_after_their_time_and_the_oldest_make_way(tmp_path: Path) -> None:
    jobs = Jobs(lambda *_given: {"analysis.json": b"{}"}, keep_s=0.2, most_kept=2)
    made = []
    for number in range(4):
        (tmp_path / str(number)).write_bytes(b"x")
        made.append(jobs.submit(tmp_path / str(number), AnalyzeOptions()))
        while made[-1].ended is None:
            time.sleep(0.005)
    assert [jobs.get(job.id) is not None for job in made] == [False, False, True, True]
    time.sleep(0.25)
    assert jobs.get(made[-1].id) is None
    assert list(tmp_path.iterdir()) == []
    jobs.close()
    with pytest.raises(Full):
        jobs.submit(tmp_path / "5", AnalyzeOptions())


def test_a_defect_in_one_image_costs_the_others_nothing(tmp_path: Path) -> None:
    def work(file, options, progress, cancelled):
        if file.name == "bad":
            raise ZeroDivisionError
        if file.name == "refused":
            raise InputError("no", where=file, remedy="Send another")
        return {}

    jobs = Jobs(work)
    made = [jobs.submit(tmp_path / name, AnalyzeOptions()) for name in ("bad", "refused", "good")]
    while made[-1].ended is None:
        time.sleep(0.005)
    assert [job.state for job in made] == [State.FAILED, State.FAILED, State.DONE]
    assert made[1].problem == "no. Send another."
    jobs.close()


def test_the_command_serves_until_it_is_told_to_stop(tmp_path: Path, exam: bytes) -> None:
    import subprocess
    import sys

    from Testing.engine.remote.fakes import PYTHONPATH

    code = (
        "import sys; from BreastUSAILib.cli.arguments import parser; from BreastUSAILib.cli.terminal import Terminal;"
        "from BreastUSAILib.cli.serve.command import run_serve; from Testing.serve.test_serve import EngineByHand;"
        "sys.exit(run_serve(parser().parse_args(['serve', '--port', '0']), Terminal(sys.stdout, sys.stderr),"
        " lambda _chosen: EngineByHand()))"
    )
    environment = {"PYTHONPATH": PYTHONPATH, "BREASTUSAI_TOKEN": TOKEN.replace(" ", "-"), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).parents[2]
    )
    try:
        assert process.stdout is not None
        address, _, token = process.stdout.readline().strip().partition("#")
        token = unquote(token)
        assert token == TOKEN.replace(" ", "-")
        with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as asking:
            end = time.monotonic() + 60
            while True:
                try:
                    asking.get("/")
                    break
                except httpx.TransportError:
                    assert time.monotonic() < end
                    time.sleep(0.05)
            job = asking.post("/v1/jobs", content=exam).json()
            while (told := asking.get(f"/v1/jobs/{job['id']}").json())["state"] in ("waiting", "running"):
                time.sleep(0.02)
            assert told["state"] == "done"
    finally:
        process.terminate()
        process.wait(30)
    assert not [path for path in tmp_path.glob("BreastUSAI-engine-*") if path.is_dir()]
