"""Git repositories over HTTPS on loopback: Git's own server, behind Python's."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Final, Self

HOST: Final = "127.0.0.1"
_PORT: Final = 9080

# A commit says when it was made and by whom; nobody here looks.
_AUTHOR: Final = {
    "GIT_AUTHOR_NAME": "test",
    "GIT_AUTHOR_EMAIL": "test@example.com",
    "GIT_COMMITTER_NAME": "test",
    "GIT_COMMITTER_EMAIL": "test@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}

# What the Common Gateway Interface (RFC 3875) calls these headers, and Git its own.
_HEADERS: Final = {
    "Content-Type": "CONTENT_TYPE",
    "Content-Length": "CONTENT_LENGTH",
    "Content-Encoding": "HTTP_CONTENT_ENCODING",
    "Git-Protocol": "GIT_PROTOCOL",
}


def commit(work_tree: Path, message: str) -> str:
    """Commit everything in a work tree on the branch main, whether it changed or not; what that commit is called."""
    if not (work_tree / ".git").exists():
        _git(work_tree, "init", "--quiet", "--initial-branch=main")
    _git(work_tree, "add", "--all")
    _git(work_tree, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return _git(work_tree, "rev-parse", "HEAD").strip()


def _git(work_tree: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=work_tree,
        env={**os.environ, **_AUTHOR},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


class GitServer:
    """Serves every repository below ``folder`` to those who trust ``pki``'s authority; nobody can push."""

    def __init__(self, folder: Path, pki: Path) -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pki / "server.crt", pki / "server.key")
        self._server = ThreadingHTTPServer((HOST, _PORT), _handler(folder))
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def url(name: str) -> str:
        """Where the work tree ``name`` of the folder is served."""
        return f"https://{HOST}:{_PORT}/{name}"


def _handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    backend = Path(subprocess.check_output(["git", "--exec-path"], text=True).strip()) / "git-http-backend"
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_NOSYSTEM": "1",
        "REMOTE_ADDR": HOST,
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            path, _, query = self.path.partition("?")
            request = {"REQUEST_METHOD": self.command, "PATH_INFO": path, "QUERY_STRING": query}
            headers = {name: self.headers[key] for key, name in _HEADERS.items() if key in self.headers}
            done = subprocess.run(
                [backend],
                env={**environment, **headers, **request},
                input=self.rfile.read(int(self.headers.get("Content-Length", 0))),
                stdout=subprocess.PIPE,
                check=True,
            )
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            fields = dict(line.split(": ", 1) for line in head.decode("ascii").split("\r\n"))
            self.send_response(int(fields.pop("Status", "200").split()[0]))
            # Git takes the end of a connection for an accident.
            for name, value in {**fields, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what went wrong is in the log of who asked."""

    return Handler
