"""A repository of specs that Argo CD syncs, as administrators set it up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import yaml

from cluster.argo_cd import ArgoCD, appeared
from cluster.control_plane import ControlPlane
from cluster.git_server import GitServer, commit
from harness import BASE, Objects, Repo, documents, rendered

Json = dict[str, Any]

# No Application may sync what another one does, so each repository has namespaces of its own.
WITHOUT_CONNECTIONS = {path: text for path, text in BASE.items() if "connections" not in path}

# What the operator of External Secrets reports, as soon as the Secret is there.
_SECRET_SYNCED: Json = {"conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced"}]}


class Fleet(NamedTuple):
    """The repository is a folder of those that Argo CD finds; the Project is called like it."""

    plane: ControlPlane
    argo: ArgoCD
    repo: Repo

    @property
    def objects(self) -> Objects:
        """What was rendered."""
        return rendered(self.repo.root)

    def application(self, namespace: str) -> str:
        """What the Application of a namespace is called."""
        return f"{self.repo.root.name}-{namespace}"

    def publish(self, *arguments: str) -> None:
        """Render and commit."""
        run = self.repo.run("render", *arguments)
        assert run.code == 0, run.err
        commit(self.repo.root, "render")

    def start(self, *namespaces: str) -> None:
        """Publish, apply the ApplicationSet that is printed, and wait until these namespaces are synced."""
        self.publish()
        self.argo.apply(*printed(self.repo))
        for obj in self.objects.all("ExternalSecret"):
            if obj["metadata"]["namespace"] in namespaces:
                self.provide(obj)
        for namespace in namespaces:
            self.argo.until(self.application(namespace), "is synced", is_synced)

    def provide(self, external_secret: Json) -> None:
        """Do what the operator of External Secrets does with one, as soon as it is there."""
        stored = appeared(self.plane, external_secret)
        self.plane.client.set_status(stored, _SECRET_SYNCED, manager="external-secrets").expect("status")

    def resync(self, namespace: str) -> Json:
        """Have Argo CD see what was published, and wait until it is synced; the Application."""
        name = self.application(namespace)
        revision = commit(self.repo.root, "something to see")
        self.argo.refresh(name)
        return self.argo.until(
            name, "is synced", lambda app: is_synced(app) and app["status"]["sync"]["revision"] == revision
        )

    def versions(self, objects: Iterable[Json]) -> dict[str, str]:
        """What changes whenever a stored object does; of those that are there."""
        found = {title(obj): self.plane.get(obj) for obj in objects}
        return {name: obj["metadata"]["resourceVersion"] for name, obj in found.items() if obj is not None}


def configure(repo: Repo, **gitops: Any) -> None:
    """Write into the Project what it is called, and where it is served."""
    file = repo.root / "servewright.yaml"
    project = yaml.safe_load(file.read_text(encoding="utf-8"))
    project["metadata"]["name"] = repo.root.name
    project["spec"]["gitops"] = {"repository": {"url": GitServer.url(repo.root.name)}, **gitops}
    file.write_text(yaml.safe_dump(project, sort_keys=False), encoding="utf-8")


def printed(repo: Repo, *arguments: str) -> list[Json]:
    """What `servewright gitops argocd` prints."""
    run = repo.run("gitops", "argocd", *arguments)
    assert run.code == 0, run.err
    return documents(run.out)


def is_synced(app: Json) -> bool:
    """Whether everything is as Git has it, and was not just found to be."""
    status = app.get("status", {})
    state = status.get("operationState", {})
    return status.get("sync", {}).get("status") == "Synced" and state.get("phase") == "Succeeded"


def resources(app: Json) -> dict[str, str]:
    """What Argo CD finds of each object of an Application."""
    found = app.get("status", {}).get("resources", ())
    return {f"{item['kind']} {item['namespace']}/{item['name']}": item["status"] for item in found}


def title(obj: Json) -> str:
    """An object's kind, namespace and name."""
    return f"{obj['kind']} {obj['metadata']['namespace']}/{obj['metadata']['name']}"


def namespaces(objects: Iterable[Json]) -> list[str]:
    """Where objects are."""
    return sorted({obj["metadata"]["namespace"] for obj in objects})
