"""ServingRuntimes: inside Templates, and as they are in the cluster."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.catalog.stored_spec import stored_spec
from servewright.diagnostics import codes
from servewright.diagnostics.model import Problems, Where
from servewright.hints import Any
from servewright.record import NamedTuple


class RuntimeFormat(NamedTuple):
    """An entry of supportedModelFormats."""

    name: str
    version: str | None
    auto_select: bool
    priority: int | None


class ServingRuntime(NamedTuple):
    """The parts of a ServingRuntime that decisions look at; ``body`` is the whole object.

    ``stored_spec`` is its spec as the cluster stores it; all copies of the runtime share it.
    """

    name: str
    namespace: str
    body: dict[str, Any]
    stored_spec: dict[str, Any]
    formats: tuple[RuntimeFormat, ...]
    protocols: tuple[str, ...]
    containers: tuple[str, ...]
    accelerators: tuple[str, ...]
    display_name: str
    server_type: str | None
    disabled: bool
    multi_model: bool
    multi_node: bool
    cluster_scoped: bool
    where: Where | None

    def serves(self, name: str, version: str | None) -> bool:
        """Whether it lists the format; without ``version``, whether it lists the name once, or without a version."""
        named = [entry for entry in self.formats if entry.name == name]
        return any(entry.version == version for entry in named) or (version is None and len(named) == 1)


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> ServingRuntime | None:
    """The runtime, or None when it is too malformed to use (reported)."""
    runtime = parse(data, metadata.get("namespace", ""), Where(problems.document))
    if runtime is None:
        problems.add(
            codes.CATALOG_MALFORMED,
            f"a {data['kind']} needs `spec.containers` and `spec.supportedModelFormats`",
            ("spec",),
            on="key",
            help=f"export it again with `oc get {data['kind'].lower()} NAME -o yaml`, or correct it",
        )
    return runtime


def parse(body: object, namespace: str, where: Where | None) -> ServingRuntime | None:
    """The runtime in ``body``; None when it is not a ServingRuntime that the wizard would take for one."""
    if not isinstance(body, dict) or body.get("kind") not in ("ServingRuntime", "ClusterServingRuntime"):
        return None
    metadata, spec = body.get("metadata"), body.get("spec")
    if not isinstance(metadata, dict) or not isinstance(spec, dict) or not isinstance(metadata.get("name"), str):
        return None
    containers, formats = spec.get("containers"), spec.get("supportedModelFormats")
    if not isinstance(containers, list) or not isinstance(formats, list):
        return None
    annotations = keys.string_map(metadata.get("annotations"))
    protocols = spec.get("protocolVersions")
    return ServingRuntime(
        metadata["name"],
        namespace,
        body,
        stored_spec(spec),
        tuple(_format(entry) for entry in formats if isinstance(entry, dict) and isinstance(entry.get("name"), str)),
        tuple(entry for entry in protocols if isinstance(entry, str)) if isinstance(protocols, list) else (),
        tuple(str(entry.get("name", "")) for entry in containers if isinstance(entry, dict)),
        tuple(keys.json_list(annotations.get(keys.RECOMMENDED_ACCELERATORS))),
        annotations.get(keys.DISPLAY_NAME, metadata["name"]),
        annotations.get(keys.SERVER_TYPE),
        spec.get("disabled") is True,
        spec.get("multiModel") is True,
        isinstance(spec.get("workerSpec"), dict),
        body["kind"] == "ClusterServingRuntime",
        where,
    )


def _format(entry: dict[str, Any]) -> RuntimeFormat:
    version, priority = entry.get("version"), entry.get("priority")
    return RuntimeFormat(
        entry["name"],
        version if isinstance(version, str) else None,
        entry.get("autoSelect") is True,
        priority if type(priority) is int else None,
    )
