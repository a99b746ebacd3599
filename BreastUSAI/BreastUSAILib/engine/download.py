"""Fetching one file over HTTPS, because the user asked for it."""

from __future__ import annotations

import ssl
import urllib.request
from email.message import Message
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.parse import urlsplit

from .errors import ModelError

MOST_BYTES = 2_000_000_000
_TIMEOUT_S = 30
_BLOCK = 1 << 20


def download(url: str, target: Path) -> None:
    """Write what `url` gives to `target`. Certificates are verified and redirections must stay on HTTPS.

    Raises ModelError for another scheme, a server that cannot be reached or trusted, and more than 2 GB.
    """
    _require_https(url)
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl.create_default_context()), _StayOnHttps()
    )
    try:
        with opener.open(url, timeout=_TIMEOUT_S) as answer, target.open("wb") as file:
            while block := answer.read(_BLOCK):
                file.write(block)
                if file.tell() > MOST_BYTES:
                    raise ModelError(
                        f"the download is larger than {MOST_BYTES / 1e9:.0f} GB",
                        where=url,
                        remedy="Give the address of one model bundle",
                    )
    except (URLError, TimeoutError, ConnectionError, ssl.SSLError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise ModelError(
            f"the download failed ({reason})", where=url, remedy="Check the address and the network, then try again"
        ) from error


def _require_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise ModelError("models are downloaded over HTTPS alone", where=url, remedy="Give an https:// address")


class _StayOnHttps(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        _require_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
