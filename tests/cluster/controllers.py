"""What controllers would write that do not run here: statuses, and the Secrets of External Secrets.

KServe's managers run as webhooks only (see :mod:`cluster.webhooks`), External Secrets and Models-as-a-Service not at all.
A GitOps engine sees no more of any of them than what is written here: the recorded statuses that the engines' health
checks are tested with (see :mod:`gitops.recorded`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from cluster.control_plane import ControlPlane
from gitops.recorded import recorded

Json = dict[str, Any]

# An object with a status, by its kind and by what is going on, as in `InferenceService-load-failed`.
RECORDED: Final[Mapping[str, Json]] = {case.name: case.body for case in recorded()}

_MANAGER: Final = "controllers"
# Not found, conflict: somebody has deleted or changed it since it was read.
_MOVED: Final = (404, 409)
_WELL: Final[Mapping[str, Json]] = {
    "InferenceService": RECORDED["InferenceService-ready"],
    "LLMInferenceService": RECORDED["LLMInferenceService-ready"],
    "ExternalSecret": RECORDED["ExternalSecret-synced"],
    # maas-controller/api/maas/v1alpha1/maasmodelref_types.go of Models-as-a-Service
    "MaaSModelRef": {"status": {"phase": "Ready", "conditions": [{"type": "Ready", "status": "True"}]}},
}


class Controllers:
    """Who looks after some objects: call :meth:`act` again and again while something waits for them."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._wanted: dict[tuple[str, str, str], tuple[Json, Json]] = {}
        self._written: dict[tuple[str, str, str], tuple[str, int, Json]] = {}

    def look_after(self, objects: Iterable[Json]) -> None:
        """From now on these objects are well, if they are of a kind that anybody looks after."""
        for obj in objects:
            if obj["kind"] in _WELL:
                self.expect(obj, _WELL[obj["kind"]])

    def expect(self, obj: Json, state: Json) -> None:
        """From now on the status of ``obj`` is that of a recorded object, which may have none."""
        self._wanted[address(obj)] = (obj, state)

    def act(self) -> None:
        """Write the status of each object that is there, unless it is written, and the object the same since."""
        for key, (obj, state) in self._wanted.items():
            stored = self._plane.get(obj) if "status" in state else None
            if stored is None:
                continue
            metadata = stored["metadata"]
            written = (metadata["uid"], metadata["generation"], state)
            if self._written.get(key) == written:
                continue
            status = dict(state["status"])
            if "observedGeneration" in status:
                status["observedGeneration"] += metadata["generation"] - state["metadata"]["generation"]
            if obj["kind"] == "ExternalSecret" and state is _WELL["ExternalSecret"]:
                self._plane.client.apply(secret_of(obj)).expect("Secret")
            answer = self._plane.client.set_status(stored, status, manager=_MANAGER)
            if answer.status not in _MOVED:
                answer.expect("/".join(key))
                self._written[key] = written


def secret_of(external: Json) -> Json:
    """The Secret that External Secrets makes of an ExternalSecret, but for the values, which are made up."""
    target = external["spec"]["target"]
    template = target["template"]
    fetched = {item["secretKey"]: "{}" for item in external["spec"]["data"]}  # JSON, which one type of Secret wants
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {**template["metadata"], "name": target["name"], "namespace": external["metadata"]["namespace"]},
        "stringData": {**template["data"], **fetched},
        "type": template["type"],
    }


def address(obj: Json) -> tuple[str, str, str]:
    """What tells an object from all others."""
    return obj["kind"], obj["metadata"]["namespace"], obj["metadata"]["name"]
