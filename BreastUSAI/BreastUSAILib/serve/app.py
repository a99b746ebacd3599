"""The addresses of the server (FastAPI), each behind a token."""

# FastAPI reads annotations when a route is made, so that they are no strings here
import asyncio
import base64
import hashlib
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import RESEARCH_USE, __version__
from ..engine.errors import BreastUSAIError, DependencyError
from ..engine.options import AnalyzeOptions, FrameSelection, methods_in
from .jobs import Full, Job, Jobs, State, told

PAGE = Path(__file__).resolve().parents[2] / "Resources" / "Web" / "page.html"
SCHEMA = Path(__file__).resolve().parents[1] / "report" / "analysis.schema.json"
MEDIA = {".json": "application/json", ".png": "image/png", ".pdf": "application/pdf"}
_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'sha256-{hash}'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Limits:
    """What one server takes.

    Args:
        most_bytes: of one upload.
        a_minute: uploads.
        hosts: names under which a browser may ask, so that no other site can; ``*``: any.
    """

    most_bytes: int = 512 * 2**20
    a_minute: int = 120
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")


def app_of(jobs: Jobs, token: str, uploads: Path, limits: Limits = Limits()) -> Any:
    """The application.

    Args:
        jobs: works on the images.
        token: what every request to `/v1` must carry, as ``Authorization: Bearer TOKEN``.
        uploads: a private folder for files that are not read yet.
        limits: what it takes.

    Raises DependencyError without FastAPI.
    """
    try:
        from fastapi import Depends, FastAPI, HTTPException, Request, Response
        from fastapi.responses import HTMLResponse
        from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
        from starlette.middleware.trustedhost import TrustedHostMiddleware
    except ImportError as error:
        raise DependencyError(
            "the server needs the Python packages FastAPI and uvicorn, which are not installed",
            remedy='Install them: pip install "breastusai[serve]"',
        ) from error

    app = FastAPI(title="BreastUSAI", version=__version__, description=RESEARCH_USE, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[host.strip("[]") for host in limits.hosts])
    bearer, recent = HTTPBearer(auto_error=False), deque[float]()
    page = PAGE.read_text(encoding="utf-8")
    always = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": _POLICY.format(hash=_script_hash(page)),
        "X-Content-Type-Options": "nosniff",
    }

    def let_in(given: HTTPAuthorizationCredentials | None = Depends(bearer)) -> None:  # noqa: B008 - FastAPI's way
        if given is None or not secrets.compare_digest(given.credentials.encode(), token.encode()):
            raise HTTPException(401, "a token is needed: the server printed it when it started", _CHALLENGE)

    guarded = [Depends(let_in)]

    @app.middleware("http")
    async def careful(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await go_on(request)
        answer.headers.update(always)
        return answer

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def start() -> str:
        return page

    @app.get("/v1/schema", dependencies=guarded)
    def schema() -> Response:
        """The JSON schema of ``analysis.json``."""
        return Response(SCHEMA.read_bytes(), media_type=MEDIA[".json"])

    @app.post("/v1/jobs", status_code=202, dependencies=guarded)
    async def submit(
        request: Request, frames: str = "all", prevalence: float | None = None, explain: str = ""
    ) -> dict[str, Any]:
        """Upload one image (DICOM, picture, volume or video) as the body, and ask how far it is at the job's address.

        ``frames``, ``prevalence`` and ``explain`` are as `breastusai analyze` takes them.
        """
        try:
            options = AnalyzeOptions(FrameSelection.parse(frames), prevalence=prevalence, explain=methods_in(explain))
        except BreastUSAIError as error:
            raise HTTPException(422, told(error)) from error
        now = time.monotonic()
        while recent and now - recent[0] > 60:
            recent.popleft()
        if len(recent) >= limits.a_minute:
            wait = {"Retry-After": str(int(61 - (now - recent[0])))}
            raise HTTPException(429, f"at most {limits.a_minute} images a minute are taken", wait)
        try:
            with jobs.place() as submit_to_it:
                recent.append(now)
                job = submit_to_it(await _received(request), options)
        except Full as full:
            raise HTTPException(503, "as many images wait as may: try again later", {"Retry-After": "5"}) from full
        return job.to_json(ahead=_known(job.id)[1])

    @app.get("/v1/jobs/{identifier}", dependencies=guarded)
    def state(identifier: str) -> dict[str, Any]:
        """How far an image is, and the names of its result's files."""
        job, ahead = _known(identifier)
        return job.to_json(ahead)

    @app.get("/v1/jobs/{identifier}/{name}", dependencies=guarded)
    def result(identifier: str, name: str) -> Response:
        """One file of a result, such as ``analysis.json``, ``preview.png``, ``overlay.png`` or ``report.pdf``."""
        job, _ahead = _known(identifier)
        if job.state is not State.DONE or name not in job.files:
            raise HTTPException(404, f"there is no {name[:40]}: the image is {job.state.value}")
        return Response(job.files[name], media_type=MEDIA.get(Path(name).suffix, "application/octet-stream"))

    @app.delete("/v1/jobs/{identifier}", status_code=204, dependencies=guarded)
    def forget(identifier: str) -> None:
        """Forget an image and its result, and stop working on it."""
        if not jobs.remove(identifier):
            raise HTTPException(404, _UNKNOWN)

    def _known(identifier: str) -> tuple[Job, int]:
        found = jobs.get(identifier)
        if found is None:
            raise HTTPException(404, _UNKNOWN)
        return found

    async def _received(request: Request) -> Path:
        """The body in a file; no more of it is taken than may be."""
        too_much = HTTPException(413, f"an image may have {limits.most_bytes // 2**20} MB at most")
        if int(request.headers.get("content-length") or 0) > limits.most_bytes:
            raise too_much
        path, size = uploads / secrets.token_hex(16), 0
        try:
            with path.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limits.most_bytes:
                        raise too_much
                    await asyncio.to_thread(file.write, chunk)
            if not size:
                raise HTTPException(422, "there is no image in the request: send it as the body")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    return app


_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_UNKNOWN = "this image is unknown, or was forgotten: results are kept for a while only"


def _script_hash(page: str) -> str:
    """Of the page's own script, the only one that a browser runs."""
    script = page.partition("<script>")[2].partition("</script>")[0]
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
