"""`breastusai serve`: the engine behind a web address, until it is interrupted."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from ...engine.errors import BreastUSAIError, OptionError
from ...engine.interface import Engine
from ...engine.remote.private_folder import PrivateFolder
from ...serve.app import Limits, app_of
from ...serve.jobs import Jobs
from ...serve.work import UploadWork
from ..inputs_run import reading_inputs
from ..terminal import Terminal, quiet_libraries
from .arguments import TOKEN_VARIABLE

_LEAST_TOKEN = 16
_MINE = ("127.0.0.1", "localhost", "::1")


def run_serve(
    chosen: argparse.Namespace, terminal: Terminal, open_engine: Callable[[argparse.Namespace], Engine] | None = None
) -> int:
    """Serve until it is interrupted; 0 then, 1 where it could not begin."""
    quiet_libraries()
    try:
        token = _token()
        listening = _listening(chosen.host, chosen.port)
        with reading_inputs() as read:
            folder = PrivateFolder()
            jobs = Jobs(
                UploadWork((open_engine or _default_engine)(chosen), read, folder),
                most_waiting=chosen.waiting,
                keep_s=chosen.keep,
            )
            try:
                hosts = (*_MINE, *chosen.name) if chosen.host in _MINE or chosen.name else ("*",)
                limits = Limits(chosen.most_mb * 2**20, chosen.a_minute, hosts)
                app = app_of(jobs, token, folder.path, limits)
                port = listening.getsockname()[1]
                shown = f"[{chosen.host}]" if ":" in chosen.host else chosen.host
                terminal.say(f"http://{shown}:{port}/#{quote(token, safe='')}")
                _serve(app, listening)
            finally:
                jobs.close()
                folder.remove()
                listening.close()
    except BreastUSAIError as error:
        terminal.complain(str(error))
        return 1
    return 0


def _token() -> str:
    token = os.environ.get(TOKEN_VARIABLE, "")
    if token and (len(token) < _LEAST_TOKEN or not (token.isascii() and token.isprintable())):
        raise OptionError(
            f"the token in {TOKEN_VARIABLE} is shorter than {_LEAST_TOKEN} letters, or has others than ASCII's",
            remedy="Give a longer one, or none",
        )
    return token or secrets.token_urlsafe(24)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise OptionError(
            f"nothing can listen at {host}, port {port} ({getattr(error, 'strerror', None) or error})",
            remedy="Give another --port, or a --host that is this computer",
        ) from error


def _serve(app: Any, listening: socket.socket) -> None:
    """Until SIGINT or SIGTERM, which uvicorn hands on when it has ended: neither may end this program at once."""
    import uvicorn

    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=5
    )
    uvicorn.Server(config).run(sockets=[listening])


def _default_engine(chosen: argparse.Namespace) -> Engine:
    from ...engine.analyzer import Analyzer
    from ...engine.bundles.model_folder import load_models

    return Analyzer(load_models(), device=chosen.device)
