"""A repository that Flux syncs to a control plane, by what ``servewright gitops flux`` prints for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from cluster.connections_webhook import CONNECTION
from cluster.control_plane import ControlPlane
from cluster.controllers import Controllers, address, secret_of
from cluster.flux import Flux, Reconciled
from cluster.processes import ProcessError
from harness import Objects, Repo, documents, rendered

Json = dict[str, Any]

_PATIENCE: Final = 60.0


class Fleet:
    """What a repository renders to, and what syncs it. Before :meth:`commit` nothing but namespaces is in the cluster."""

    def __init__(self, plane: ControlPlane, flux: Flux, repo: Repo) -> None:
        self.plane, self.flux, self.repo = plane, flux, repo
        self.controllers = Controllers(plane)
        self._ever: dict[str, Json] = {}
        self.render()
        run = repo.run("gitops", "flux")
        assert run.code == 0, run.err
        printed = Objects(documents(run.out))
        self.source, self.kustomizations = printed["GitRepository"], printed.all("Kustomization")
        plane.namespaces(self.source["metadata"]["namespace"])
        for namespace in printed.all("Namespace"):
            plane.client.apply(namespace).expect(namespace["metadata"]["name"])

    def render(self) -> None:
        """Render, once more after a change of the repository."""
        self.objects = self.repo.render()
        self._ever |= {"/".join(address(obj)): obj for obj in self.objects}
        self.controllers.look_after(self.objects)

    def stage(self, namespace: str, folder: str) -> Json:
        """The Kustomization of this folder of a namespace."""
        path = f"/{namespace}/{folder}"
        (found,) = (item for item in self.kustomizations if item["spec"]["path"].endswith(path))
        return found

    def objects_of(self, kustomization: Json) -> Objects:
        """What a Kustomization applies."""
        return rendered(self.repo.root, kustomization["spec"]["path"])

    def sync(self) -> None:
        """Commit what there is, as it were, and wait until all of it is applied and healthy."""
        self.commit()
        self.wait("everything is ready", lambda: all(map(self.is_synced, self.kustomizations)))

    def commit(self) -> None:
        """Publish what there is as a new revision, and have the Kustomizations in the cluster."""
        self.revision = self.flux.publish(self.source, self.repo.root)
        for item in self.kustomizations:
            self.plane.client.apply(item).expect(item["metadata"]["name"])

    def reconcile(self, *kustomizations: Json) -> list[Reconciled]:
        """Have these Kustomizations reconciled once more, and wait for the outcome, whatever it is."""
        token = self.flux.request(kustomizations)
        found: list[Reconciled] = []

        def are_done() -> bool:
            found[:] = [self.flux.state(item) for item in kustomizations]
            # Who waits for another one has handled the request too.
            return all(
                state.handled == token and state.ready in ("True", "False") and state.reason != "DependencyNotReady"
                for state in found
            )

        self.wait("reconciled once more", are_done)
        return found

    def wait(self, what: str, ready: Callable[[], bool]) -> None:
        """Return as soon as ``ready``; controllers work meanwhile."""

        def is_ready() -> bool:
            self.controllers.act()
            return ready()

        try:
            self.plane.processes.wait(what, is_ready, timeout=_PATIENCE)
        except ProcessError as error:
            states = [f"  {item['metadata']['name']}: {self.flux.state(item)}" for item in self.kustomizations]
            raise AssertionError("\n".join([f"not so: {what}", *states, str(error)])) from None

    def is_synced(self, kustomization: Json) -> bool:
        """Whether a Kustomization has applied the last commit, and found it healthy as far as it looks."""
        state = self.flux.state(kustomization)
        return state.ready == "True" and state.revision == self.revision

    def delete(self) -> None:
        """Delete everything but namespaces. A Kustomization that goes leaves what it has applied, so that goes after it."""
        self.plane.delete(self.kustomizations)
        made = [secret_of(obj) for obj in self._ever.values() if obj["kind"] == "ExternalSecret"]
        self.plane.delete([*self._ever.values(), *made, *self.existing_secrets(), self.source])

    def make_secrets(self) -> None:
        """Do what somebody has to do by hand."""
        for secret in self.existing_secrets():
            self.plane.client.apply(secret).expect("Secret")

    def existing_secrets(self) -> list[Json]:
        """The Secrets of connections that somebody else than External Secrets makes."""
        fetched = {address(obj)[1:] for obj in self._ever.values() if obj["kind"] == "ExternalSecret"}
        named = {
            (obj["metadata"]["namespace"], obj["metadata"]["annotations"][CONNECTION])
            for obj in self._ever.values()
            if CONNECTION in obj["metadata"].get("annotations", {})
        }
        return [_secret(namespace, name) for namespace, name in sorted(named - fetched)]


def _secret(namespace: str, name: str) -> Json:
    annotations = {"opendatahub.io/connection-type-protocol": "s3"}
    metadata = {"name": name, "namespace": namespace, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata}
