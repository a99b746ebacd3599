"""Fetching one file over HTTPS, because the user asked for it."""

from __future__ import annotations

import ssl
import threading
import urllib.request
from email.message import Message
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from ..bundle_limits import MOST_BYTES
from ..errors import ModelError

DEADLINE_S = 1800.0
_TIMEOUT_S = 30
_BLOCK = 1 << 20


def download(url: str, target: Path, deadline_s: float = DEADLINE_S) -> None:
    """Write what `url` gives to `target`. Certificates are verified and redirections must stay on HTTPS.

    Raises ModelError for another scheme, a server that cannot be reached or trusted or that speaks no HTTP, more than
    1 GB, and where it is not done after `deadline_s` seconds, however slowly something still comes.
    """
    _require_https(url)
    given_up, failures = threading.Event(), []

    def fetch() -> None:
        try:
            _fetch(url, target, given_up)
        except Exception as error:  # raised again below, in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=fetch, name="download", daemon=True)
    thread.start()
    thread.join(deadline_s)
    if thread.is_alive():
        given_up.set()
        raise _failed(url, f"it is not done after {deadline_s / 60:.0f} minutes")
    for error in failures:
        if isinstance(error, (OSError, HTTPException, ValueError)):  # URLError and ssl.SSLError are OSErrors
            raise _failed(url, str(getattr(error, "reason", None) or error)) from error
        raise error


def _fetch(url: str, target: Path, given_up: threading.Event) -> None:
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl.create_default_context()), _StayOnHttps()
    )
    with opener.open(url, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:
        while not given_up.is_set() and (block := answer.read1(_BLOCK)):
            file.write(block)
            if file.tell() > MOST_BYTES:
                raise ModelError(
                    f"the download is larger than {MOST_BYTES / 1e9:.0f} GB",
                    where=url,
                    remedy="Give the address of one model bundle",
                )
        if answer.length and not given_up.is_set():  # what was announced and did not come
            raise IncompleteRead(b"", answer.length)


def _failed(url: str, reason: str) -> ModelError:
    return ModelError(
        f"the download failed ({reason})", where=url, remedy="Check the address and the network, then try again"
    )


def _require_https(url: str) -> None:
    try:
        parts = urlsplit(url)
        sound = parts.scheme == "https" and bool(parts.hostname) and url.isprintable() and " " not in url
    except ValueError:
        sound = False
    if not sound:
        raise ModelError("models are downloaded over HTTPS alone", where=url, remedy="Give an https:// address")


class _StayOnHttps(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        _require_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
