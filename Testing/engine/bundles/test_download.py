"""Downloads are HTTPS with verified certificates from end to end, or errors that say why not."""

from __future__ import annotations

import http.server
import threading
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from BreastUSAILib.engine.bundles import download as module
from BreastUSAILib.engine.bundles.download import download
from BreastUSAILib.engine.errors import ModelError


@pytest.fixture
def plain_server() -> Iterator[int]:
    """The port of a local server that speaks HTTP without TLS."""
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("url", ["http://a.example/x.zip", "ftp://a.example/x.zip", "file:///etc/passwd", "x.zip"])
def test_only_https_is_spoken(tmp_path: Path, url: str) -> None:
    with pytest.raises(ModelError, match="HTTPS alone"):
        download(url, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()


def test_a_redirection_away_from_https_is_refused() -> None:
    request, headers = urllib.request.Request("https://a.example/x.zip"), Message()
    handler = module._StayOnHttps()
    with pytest.raises(ModelError, match="HTTPS alone"):
        handler.redirect_request(request, None, 302, "Found", headers, "http://a.example/x.zip")  # type: ignore[arg-type]
    kept = handler.redirect_request(request, None, 302, "Found", headers, "https://b.example/x.zip")  # type: ignore[arg-type]
    assert kept is not None
    assert kept.full_url == "https://b.example/x.zip"


def test_a_server_that_cannot_prove_itself_is_refused(tmp_path: Path, plain_server: int) -> None:
    with pytest.raises(ModelError, match="the download failed"):
        download(f"https://127.0.0.1:{plain_server}/x.zip", tmp_path / "x.zip")


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="the download failed"):
        download("https://127.0.0.1:9/x.zip", tmp_path / "x.zip")
