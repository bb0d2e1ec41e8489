"""Flux beside a control plane: its kustomize-controller, which is all that applies, prunes, reverts and judges health.

The other half of Flux, source-controller, is imitated as far as kustomize-controller sees it: :meth:`Flux.publish`
writes the status of a GitRepository, which names an archive of a revision's files, and serves that archive on loopback.
"""

from __future__ import annotations

import datetime
import gzip
import hashlib
import io
import itertools
import tarfile
import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from cluster import definitions
from cluster.control_plane import ControlPlane
from cluster.processes import Process, listens

Json = dict[str, Any]

_HEALTH: Final = 9440
# What kustomize-controller calls itself where an object says who owns which of its fields.
MANAGER: Final = "kustomize-controller"

_FLAGS: Final = (
    f"--health-addr=127.0.0.1:{_HEALTH}",
    "--metrics-addr=0",
    # A stage that waits for its objects has a worker to itself; there would be four.
    "--concurrent=40",
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    # Half a minute otherwise, for a stage whose turn has come.
    "--requeue-dependency=1s",
)
# The fields of a Kustomization's inventory are joined by it.
_SEPARATOR: Final = "_"


class Reconciled(NamedTuple):
    """What a Kustomization says of itself."""

    ready: str  # True, False, Unknown; empty before the first try
    reason: str
    message: str
    progress: str  # what it is at; empty at the end
    revision: str  # the last one that was applied with success
    handled: str  # the last request that was seen
    inventory: frozenset[str]

    def __str__(self) -> str:
        return f"Ready {self.ready or '?'} {self.reason}: {self.message} {self.progress}"


class Flux:
    """A running kustomize-controller; leaving the context stops it."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._archives = _Archives()
        self._requests = itertools.count(1)

    def __enter__(self) -> Self:
        self._plane.define(definitions.flux())
        self._archives.start()
        try:
            self._controller = self._start()
        except BaseException:
            self._archives.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._plane.processes.stop(self._controller)
        self._archives.stop()

    def _start(self) -> Process:
        environment = {"KUBECONFIG": str(self._plane.kubeconfig), "TMPDIR": str(self._plane.folder)}
        program = self._plane.programs.kustomize_controller
        controller = self._plane.processes.start(MANAGER, [program, *_FLAGS], environment)
        self._plane.processes.wait("kustomize-controller listens", lambda: listens(_HEALTH))
        return controller

    def publish(self, source: Json, folder: Path) -> str:
        """Have a GitRepository offer the files of a folder, as source-controller would after a commit: the revision."""
        archive = _archive(folder)
        revision = f"main@sha1:{hashlib.sha1(archive, usedforsecurity=False).hexdigest()}"
        digest = hashlib.sha256(archive).hexdigest()
        path = f"{source['metadata']['name']}/{digest}.tar.gz"
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        artifact = {
            "digest": f"sha256:{digest}",
            "lastUpdateTime": now,
            "path": path,
            "revision": revision,
            "size": len(archive),
            "url": self._archives.offer(path, archive),
        }
        stored = self._plane.client.apply(source).expect("GitRepository")
        generation = stored["metadata"]["generation"]
        ready = {"type": "Ready", "status": "True", "reason": "Succeeded", "message": f"stored artifact {revision}"}
        condition = {**ready, "lastTransitionTime": now, "observedGeneration": generation}
        status = {"artifact": artifact, "conditions": [condition], "observedGeneration": generation}
        self._plane.client.set_status(stored, status, manager="source-controller").expect("GitRepository")
        return revision

    def request(self, kustomizations: Iterable[Json]) -> str:
        """Ask for a reconciliation now, as ``flux reconcile`` does; the request, which ``handled`` will be."""
        token = str(next(self._requests))
        patch = {"metadata": {"annotations": {"reconcile.fluxcd.io/requestedAt": token}}}
        for item in kustomizations:
            self._plane.client.merge(item, patch, manager="flux").expect(f"request of {item['metadata']['name']}")
        return token

    def state(self, kustomization: Json) -> Reconciled:
        """What a Kustomization says of itself; it has no revision as long as its last change was not applied."""
        stored = self._plane.get(kustomization) or {"metadata": {"generation": 0}}
        status = stored.get("status", {})
        conditions = {item["type"]: item for item in status.get("conditions", ())}
        ready = conditions.get("Ready", {})
        is_of_now = status.get("observedGeneration") == stored["metadata"]["generation"]
        return Reconciled(
            ready=ready.get("status", ""),
            reason=ready.get("reason", ""),
            message=ready.get("message", ""),
            progress=conditions.get("Reconciling", {}).get("message", ""),
            revision=status.get("lastAppliedRevision", "") if is_of_now else "",
            handled=status.get("lastHandledReconcileAt", ""),
            inventory=frozenset(item["id"] for item in status.get("inventory", {}).get("entries", ())),
        )


def inventory_of(objects: Iterable[Json]) -> frozenset[str]:
    """The inventory of a Kustomization with these objects."""
    return frozenset(
        _SEPARATOR.join(
            [
                obj["metadata"].get("namespace", ""),
                obj["metadata"]["name"],
                obj["apiVersion"].rpartition("/")[0],
                obj["kind"],
            ]
        )
        for obj in objects
    )


def _archive(folder: Path) -> bytes:
    """The files of a folder as source-controller packs them: a tar.gz with paths relative to it; same files, same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            member = tarfile.TarInfo(file.relative_to(folder).as_posix())
            member.size = file.stat().st_size
            with file.open("rb") as content:
                tar.addfile(member, content)
    return gzip.compress(packed.getvalue(), compresslevel=1, mtime=0)


class _Archives:
    """Serves archives on loopback, from memory."""

    def __init__(self) -> None:
        offered: dict[str, bytes] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                archive = offered.get(self.path.removeprefix("/"))
                self.send_response(404 if archive is None else 200)
                self.send_header("Content-Length", str(len(archive or b"")))
                self.end_headers()
                self.wfile.write(archive or b"")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._offered = offered
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def offer(self, path: str, archive: bytes) -> str:
        """Have an archive at a path; its URL."""
        self._offered[path] = archive
        return f"http://127.0.0.1:{self._server.server_address[1]}/{path}"
