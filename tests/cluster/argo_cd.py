"""Argo CD in the test cluster: its repo-server, application controller and plugin server, as plain processes.

Its API server and its user interface are not here: whoever uses them could do no more than we do, with the Application
itself. Nothing is done on a timer; a change in Git is seen when :meth:`ArgoCD.refresh` says so.
"""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import yaml

from cluster.control_plane import ControlPlane
from cluster.git_server import HOST, GitServer
from cluster.processes import ProcessError, listens

Json = dict[str, Any]

# Where `servewright gitops argocd` looks for it on OpenShift AI.
NAMESPACE: Final = "openshift-gitops"

_REDIS: Final = 6379
_REPO_SERVER: Final = 8081
_PORTS: Final = (_REDIS, _REPO_SERVER)
_METRICS: Final = {"repo-server": 8084, "controller": 8082, "applicationset": 8085}
_PROBE: Final = 8086
_WEBHOOK: Final = 7000

_API_VERSION: Final = "argoproj.io/v1alpha1"
_DONE: Final = ("Succeeded", "Failed", "Error")
_PATIENCE: Final = 90.0
# At SIGTERM it removes its socket, and goes on (cmpserver/server.go).
_GRACE: Final = {"argocd-cmp-server": 0.0}


class ArgoCD:
    """Argo CD of one control plane, whose release must not change meanwhile.

    ``settings`` are the ConfigMap argocd-cm, ``plugin`` is the file of the plugin server's name, and ``repositories`` a
    folder of work trees. Leaving the context deletes what the Applications have synced, as others use the cluster too.
    """

    def __init__(self, plane: ControlPlane, repositories: Path, settings: Mapping[str, str], plugin: Path) -> None:
        self._plane, self._repositories = plane, repositories
        self._settings, self._plugin = settings, plugin
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    # --- Applications ---

    def apply(self, *objects: Json) -> None:
        """Apply Applications, or what else administrators do."""
        for obj in objects:
            self._plane.client.apply(obj).expect(f"{obj['kind']} {obj['metadata']['name']}")

    def application(self, name: str) -> Json:
        """What is stored of an Application, as soon as there is one; without a status if it was not looked at yet."""
        return appeared(self._plane, _named(name))

    def applications_of(self, application_set: str) -> set[str]:
        """The names of all Applications that an ApplicationSet has made."""
        return {
            app["metadata"]["name"]
            for app in self._stored("Application")
            if application_set in [owner["name"] for owner in app["metadata"].get("ownerReferences", ())]
        }

    def generate(self, application_set: str) -> None:
        """Have an ApplicationSet look at Git now."""
        named = _named(application_set, "ApplicationSet")
        patch = {"metadata": {"annotations": {"argocd.argoproj.io/application-set-refresh": "true"}}}
        self._plane.client.merge(named, patch, manager="argocd").expect(application_set)

    def refresh(self, name: str, *, hard: bool = False) -> Json:
        """Compare again with what Git has now, ``hard`` without any cache; the Application after that."""
        annotation = "argocd.argoproj.io/refresh"
        self._patch(name, {"metadata": {"annotations": {annotation: "hard" if hard else "normal"}}})
        return self.until(name, "is refreshed", lambda app: annotation not in app["metadata"].get("annotations", {}))

    def sync(self, name: str) -> Json:
        """Sync by hand: apply everything, changed or not. The Application when that has ended, in whatever way."""
        mark = str(uuid.uuid4())
        info = [{"name": "test", "value": mark}]

        def started() -> bool:
            app = self.until(name, "is idle", lambda app: "operation" not in app)
            options = app["spec"]["syncPolicy"]["syncOptions"]
            sync = {"syncOptions": [option for option in options if option != "ApplyOutOfSyncOnly=true"]}
            # Unless Argo CD has begun something itself meanwhile: this would become a part of it.
            version = {"resourceVersion": app["metadata"]["resourceVersion"]}
            patch = {"metadata": version, "operation": {"info": info, "sync": sync}}
            answer = self._plane.client.merge(_named(name), patch, manager="argocd")
            return answer.status != 409 and bool(answer.expect(f"sync {name}"))

        self._plane.processes.wait(f"a sync of {name} is asked for", started)

        def ended(app: Json) -> bool:
            state = app.get("status", {}).get("operationState", {})
            marks = [item["value"] for item in state.get("operation", {}).get("info", [])]
            return mark in marks and state["phase"] in _DONE

        return self.until(name, "has been synced by hand", ended)

    def until(self, name: str, what: str, ready: Callable[[Json], bool]) -> Json:
        """The Application as soon as it is ``ready``."""
        app = self.application(name)

        def look() -> bool:
            nonlocal app
            app = self.application(name)
            self._collect(app)
            return ready(app)

        try:
            self._plane.processes.wait(f"{name} {what}", look, timeout=_PATIENCE)
        except ProcessError as error:
            status = {key: value for key, value in app.get("status", {}).items() if key != "history"}
            raise ProcessError(f"{error}\n{yaml.safe_dump(status)}") from None
        return app

    def _patch(self, name: str, patch: Json) -> None:
        self._plane.client.merge(_named(name), patch, manager="argocd").expect(f"patch {name}")

    def _collect(self, app: Json) -> None:
        """Do what the garbage collector would, of which there is none here: end deletions in the foreground.

        Argo CD deletes like this, and waits. Nothing here owns another object that would have to go before.
        """
        for resource in app.get("status", {}).get("resources", ()):
            stored = self._plane.get(_object(resource)) if resource.get("requiresPruning") else None
            if stored is not None and stored["metadata"].get("finalizers") == ["foregroundDeletion"]:
                self._plane.client.merge(stored, {"metadata": {"finalizers": None}}, manager="collector").expect(
                    "collect"
                )

    def _stored(self, kind: str) -> list[Json]:
        found: list[Json] = self._plane.client.request(
            "GET", self._plane.client.path(_named("", kind), name=False)
        ).expect(kind)["items"]
        return found

    def _clean(self) -> None:
        for obj in (*self._stored("ApplicationSet"), *self._stored("Application")):
            synced = obj.get("status", {}).get("resources", ()) if obj["kind"] == "Application" else ()
            self._plane.delete([*map(_object, synced), obj])

    # --- the servers ---

    def _start(self, stack: ExitStack) -> None:
        plane = self._plane
        self._folder = plane.folder / "argo-cd"
        self._folder.mkdir()
        stack.callback(shutil.rmtree, self._folder)
        stack.enter_context(GitServer(self._repositories, plane.pki))
        plane.define(_definitions(plane.programs.argo_cd_definitions))
        plane.namespaces(NAMESPACE)
        self.apply(*_configuration(self._settings))
        stack.callback(self._clean)
        environment = self._environment()
        redis: list[str | Path] = [
            plane.programs.redis_server,
            "--port",
            str(_REDIS),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ]
        self._serve(stack, "redis", redis)
        self._argo_cd(stack, "cmp-server", f"--config-dir-path={self._plugin.parent}", env=environment)
        self._argo_cd(
            stack,
            "repo-server",
            "--address=127.0.0.1",
            f"--port={_REPO_SERVER}",
            "--metrics-address=127.0.0.1",
            f"--metrics-port={_METRICS['repo-server']}",
            f"--redis=127.0.0.1:{_REDIS}",
            env=environment,
        )
        plane.processes.wait("Argo CD's repo-server listens", lambda: all(map(listens, _PORTS)))
        self._argo_cd(
            stack,
            "application-controller",
            f"--namespace={NAMESPACE}",
            f"--repo-server=127.0.0.1:{_REPO_SERVER}",
            f"--redis=127.0.0.1:{_REDIS}",
            f"--metrics-port={_METRICS['controller']}",
            "--app-resync=0",
            # Into the Application's status, where others than its user interface can see it.
            "--persist-resource-health",
            env=environment,
        )
        self._argo_cd(
            stack,
            "applicationset-controller",
            f"--namespace={NAMESPACE}",
            f"--argocd-repo-server=127.0.0.1:{_REPO_SERVER}",
            f"--metrics-addr=127.0.0.1:{_METRICS['applicationset']}",
            f"--probe-addr=127.0.0.1:{_PROBE}",
            f"--webhook-addr=127.0.0.1:{_WEBHOOK}",
            env=environment,
        )

    def _environment(self) -> dict[str, str]:
        """What the servers find in their containers, in folders of ours."""
        folders = {name: self._folder / name for name in ("bin", "home", "plugins", "tls", "tmp")}
        for folder in folders.values():
            folder.mkdir()
        shutil.copyfile(self._plane.pki / "ca.crt", folders["tls"] / HOST)
        (folders["bin"] / "kustomize").symlink_to(self._plane.programs.kustomize)
        # The plugin's command is the one of the virtual environment that runs the tests.
        path = [folders["bin"], Path(sys.executable).parent, "/usr/local/bin", "/usr/bin", "/bin"]
        return {
            "PATH": ":".join(map(str, path)),
            "HOME": str(folders["home"]),
            "TMPDIR": str(folders["tmp"]),
            "KUBECONFIG": str(self._plane.kubeconfig),
            # The destination https://kubernetes.default.svc is the cluster of KUBECONFIG.
            "ARGOCD_FAKE_IN_CLUSTER": "true",
            "ARGOCD_GPG_ENABLED": "false",
            "ARGOCD_TLS_DATA_PATH": str(folders["tls"]),
            "ARGOCD_PLUGINSOCKFILEPATH": str(folders["plugins"]),
            "ARGOCD_ASK_PASS_SOCK": str(folders["tmp"] / "ask-pass.sock"),
            "ARGOCD_CMP_WORKDIR": str(folders["tmp"]),
            # Two seconds would lie between two waves.
            "ARGOCD_SYNC_WAVE_DELAY": "0",
        }

    def _argo_cd(self, stack: ExitStack, server: str, *flags: str, env: Mapping[str, str]) -> None:
        name = f"argocd-{server}"
        flags = ("--logformat=text", "--loglevel=warn", *flags)
        self._serve(stack, name, [self._plane.programs.argo_cd, *flags], {**env, "ARGOCD_BINARY_NAME": name})

    def _serve(
        self, stack: ExitStack, name: str, command: Iterable[str | Path], env: Mapping[str, str] | None = None
    ) -> None:
        process = self._plane.processes.start(name, list(command), env)
        stack.callback(self._plane.processes.stop, process, _GRACE.get(name, 10.0))


def appeared(plane: ControlPlane, obj: Json) -> Json:
    """The stored object of this kind, namespace and name, as soon as somebody else has made it."""
    name = f"{obj['kind']} {obj['metadata']['name']}"
    plane.processes.wait(f"there is a {name}", lambda: plane.get(obj) is not None)
    return plane.client.get(obj).expect(name)


def _named(name: str, kind: str = "Application") -> Json:
    return {"apiVersion": _API_VERSION, "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE}}


def _object(resource: Json) -> Json:
    group, version = resource.get("group"), resource["version"]
    return {
        "apiVersion": f"{group}/{version}" if group else version,
        "kind": resource["kind"],
        "metadata": {"name": resource["name"], "namespace": resource["namespace"]},
    }


def _definitions(folder: Path) -> list[Json]:
    return [yaml.load(file.read_bytes(), yaml.CSafeLoader) for file in sorted(folder.glob("crds/*-crd.yaml"))]


def _configuration(settings: Mapping[str, str]) -> tuple[Json, ...]:
    """What an installation consists of, programs apart."""
    return (
        _setting("ConfigMap", "argocd-cm", data=dict(settings)),
        _setting("ConfigMap", "argocd-rbac-cm"),
        # Sessions of its API server would be signed with it.
        _setting("Secret", "argocd-secret", stringData={"server.secretkey": "not-used"}),
        {
            "apiVersion": _API_VERSION,
            "kind": "AppProject",
            "metadata": {"name": "default", "namespace": NAMESPACE},
            "spec": {
                "sourceRepos": ["*"],
                "destinations": [{"namespace": "*", "server": "*"}],
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
            },
        },
    )


def _setting(kind: str, name: str, **content: Any) -> Json:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app.kubernetes.io/part-of": "argocd"}}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}
