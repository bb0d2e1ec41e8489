"""A control plane for tests: one class.

::

    with ControlPlane() as plane:                       # etcd and kube-apiserver, RBAC, nothing else
        plane.load_release("openshift-ai-3.4")          # its definitions; those of another release are gone
        plane.namespaces("demo")
        verdict = plane.apply(obj, dry_run=True)        # server-side apply with strict field validation
        verdict.accepted, verdict.reason, verdict.stored
        plane.webhooks(on=True)                         # KServe's own, configured as Open Data Hub does

:meth:`ControlPlane.apply` may be called from several threads; two on two cores make some hundred dry runs a second.
It runs only where loopback is the only network: see ``python -m cluster``.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from cluster import definitions
from cluster.binaries import Programs, programs
from cluster.client import Answer, Client
from cluster.isolation import MANAGERS_NAMESPACE, PRIVATE, is_isolated
from cluster.processes import Processes, listens
from cluster.webhooks import Webhooks

Json = dict[str, Any]

# Nobody else is in our network.
_ETCD: Final = 2379
_ETCD_PEERS: Final = 2380
_API_SERVER: Final = 6443

_ETCD_FOLDER: Final = "etcd-data"
_THREADS: Final = 4

# Half of the API server's work on definitions would be collecting garbage.
_MEMORY_FOR_SPEED: Final = {"GOGC": "400", "GOMEMLIMIT": "2GiB"}

_CONVERTED_KINDS: Final = ("LLMInferenceService", "LLMInferenceServiceConfig")


class Verdict(NamedTuple):
    """What the cluster did with an object that it was sent."""

    accepted: bool
    reason: str  # why not; empty if accepted
    stored: Json | None  # what it stored, or would store


class ControlPlane:
    """An API server with the definitions of one release, and KServe's webhooks when wanted; see the module.

    What runs beside it, such as a GitOps engine, starts in ``processes`` from ``programs`` with ``kubeconfig``; ``pki``
    has a certificate for servers on loopback, and ``folder`` goes with the control plane.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._release: str | None = None
        self._webhooks_on = False

    def __enter__(self) -> Self:
        if not is_isolated():
            raise RuntimeError("a control plane runs only where loopback is the only network: `make test-cluster`")
        with ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=PRIVATE)))
            self.processes = stack.enter_context(Processes(self.folder))
            self._start(programs())
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def release(self) -> str | None:
        """The release whose definitions are loaded."""
        return self._release

    # --- objects ---

    def apply(self, obj: Json, *, at: Json | None = None, dry_run: bool = False) -> Verdict:
        """Server-side apply with strict field validation.

        ``at`` is the object whose kind, namespace and name make the address, if ``obj`` itself may be broken there.
        """
        address = obj if at is None else at
        try:
            answer = self.client.apply(obj, at=address, dry_run=dry_run)
        except LookupError as error:
            return Verdict(False, str(error), None)
        return _verdict(answer)

    def get(self, obj: Json) -> Json | None:
        """The stored object of this kind, namespace and name, or None."""
        answer = self.client.get(obj)
        return None if answer.status == 404 else answer.expect("get")

    def delete(self, objects: Iterable[Json]) -> None:
        """Delete objects, if they are there, and wait until they are gone."""
        found = [obj for obj in objects if self.get(obj) is not None]
        for obj in found:
            self.client.delete(obj).expect(f"delete {obj['kind']} {obj['metadata']['name']}")
        self.processes.wait("deleted objects are gone", lambda: all(self.get(obj) is None for obj in found))

    def namespaces(self, *names: str) -> None:
        """Create namespaces, unless they are there."""
        for name in names:
            self.client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).expect(name)

    # --- what the cluster is ---

    def load_release(self, release: str) -> None:
        """Have the definitions of ``release``, one of :data:`cluster.definitions.RELEASES`, without webhooks.

        Instead of another release's a new cluster gets them, an empty one. In the old one, definitions would share
        what objects were ever stored as, and deleting them takes longer than starting anew.
        """
        if release == self._release:
            return
        if self._release is not None:
            self._webhooks.abandon()
            self._stop_servers()
            self._start_servers()
        self.define(definitions.crds_of(release))
        self._release = release

    def webhooks(self, *, on: bool) -> None:
        """Have KServe v0.20.0's webhooks, or not. Some release must be loaded."""
        if on == self._webhooks_on:
            return
        assert self._release is not None, "load a release first: KServe's managers look for their kinds"
        llm = [item for item in definitions.crds_of(self._release) if item["spec"]["names"]["kind"] in _CONVERTED_KINDS]
        self.define(llm, self._webhooks.conversion() if on else None)
        if on:
            versions = [version for item in llm for version in item["spec"]["versions"] if version["served"]]
            self._webhooks.start(self.kubeconfig, converting=len(versions) > len(llm))
        else:
            self._webhooks.stop()
        self._webhooks_on = on

    def define(self, wanted: Iterable[Json], conversion: Json | None = None) -> None:
        """Apply definitions, with this conversion or none, and wait until the API server answers for each of their versions."""
        found = [definitions.with_conversion(item, conversion or {"strategy": "None"}) for item in wanted]
        kinds = [
            (f"{item['spec']['group']}/{version['name']}", item["spec"]["names"]["plural"])
            for item in found
            for version in item["spec"]["versions"]
            if version["served"]
        ]

        def apply(definition: Json) -> None:
            self.client.apply(definition).expect(definition["metadata"]["name"])

        def is_served(kind: tuple[str, str]) -> bool:
            group, plural = kind
            listed = self.client.request("GET", f"apis/{group}").body.get("resources", [])
            return (
                plural in [item["name"] for item in listed] and self.client.request("GET", f"apis/{group}/{plural}").ok
            )

        # Side by side: most of the time is the API server's, compiling one schema or another.
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(apply, found))
            self.processes.wait("definitions are served", lambda: all(threads.map(is_served, kinds)), timeout=300)
        self.client.forget_resources()

    # --- the servers ---

    def _start(self, found: Programs) -> None:
        self.programs = found
        self.pki = self.folder / "pki"
        self.pki.mkdir()
        subprocess.run([found.certificates, self.pki], check=True, timeout=60)
        self.kubeconfig = self.folder / "kubeconfig"
        self.kubeconfig.write_text(_KUBECONFIG.format(port=_API_SERVER, pki=self.pki), encoding="utf-8")
        tls = ssl.create_default_context(cafile=str(self.pki / "ca.crt"))
        tls.load_cert_chain(self.pki / "admin.crt", self.pki / "admin.key")
        self.client = Client(_API_SERVER, tls)
        self._webhooks = Webhooks(self.client, self.processes, found, self.folder, self.pki)
        self._start_servers()

    def _start_servers(self) -> None:
        etcd = self.processes.start("etcd", [self.programs.etcd, *_etcd_flags(self.folder)])
        self.processes.wait("etcd listens", lambda: listens(_ETCD))
        server = self.processes.start(
            "kube-apiserver", [self.programs.kube_apiserver, *_api_server_flags(self.pki)], _MEMORY_FOR_SPEED
        )
        self.processes.wait("the API server is ready", self._is_ready, timeout=120)
        self._servers = (server, etcd)
        self.namespaces(MANAGERS_NAMESPACE)
        self.define(definitions.support())

    def _stop_servers(self) -> None:
        for process in self._servers:
            self.processes.stop(process)
        shutil.rmtree(self.folder / _ETCD_FOLDER)
        self._release, self._webhooks_on = None, False

    def _is_ready(self) -> bool:
        try:
            return self.client.request("GET", "readyz").ok
        except OSError:  # refused, or reset in the middle of a greeting
            return False


def _verdict(answer: Answer) -> Verdict:
    if answer.ok:
        return Verdict(True, "", answer.body)
    return Verdict(False, answer.body.get("message", str(answer.body)), None)


def _etcd_flags(folder: Path) -> list[str]:
    clients, peers = f"http://127.0.0.1:{_ETCD}", f"http://127.0.0.1:{_ETCD_PEERS}"
    return [
        f"--data-dir={folder / _ETCD_FOLDER}",
        f"--listen-client-urls={clients}",
        f"--advertise-client-urls={clients}",
        f"--listen-peer-urls={peers}",
        f"--initial-advertise-peer-urls={peers}",
        f"--initial-cluster=default={peers}",
        "--unsafe-no-fsync",  # nothing here outlives the process
        "--max-request-bytes=16777216",  # a definition is several MiB with its managed fields
        "--log-level=warn",
    ]


def _api_server_flags(pki: Path) -> list[str]:
    return [
        f"--etcd-servers=http://127.0.0.1:{_ETCD}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={_API_SERVER}",
        f"--tls-cert-file={pki / 'server.crt'}",
        f"--tls-private-key-file={pki / 'server.key'}",
        f"--client-ca-file={pki / 'ca.crt'}",
        "--authorization-mode=RBAC",
        f"--service-account-issuer=https://127.0.0.1:{_API_SERVER}",
        f"--service-account-key-file={pki / 'server.key'}",
        f"--service-account-signing-key-file={pki / 'server.key'}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        # There is no controller manager that would make or finish what these wait for.
        "--disable-admission-plugins=ServiceAccount,StorageObjectInUseProtection",
    ]


_KUBECONFIG: Final = """\
apiVersion: v1
kind: Config
clusters:
- name: tests
  cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: "{pki}/ca.crt"}}
users:
- name: admin
  user: {{client-certificate: "{pki}/admin.crt", client-key: "{pki}/admin.key"}}
contexts:
- name: tests
  context: {{cluster: tests, user: admin}}
current-context: tests
"""
