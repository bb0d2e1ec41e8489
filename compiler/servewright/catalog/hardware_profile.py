"""HardwareProfile documents (infrastructure.opendatahub.io), as the cluster exports them."""

from __future__ import annotations

from servewright.catalog import annotations as keys
from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems, Where
from servewright.hints import Any, Literal
from servewright.model.quantity import Quantity, from_count
from servewright.record import NamedTuple


class Identifier(NamedTuple):
    """One resource of a profile; ``maximum`` None means unlimited."""

    name: str
    minimum: Quantity
    default: Quantity
    maximum: Quantity | None
    resource_type: str | None


class HardwareProfile(NamedTuple):
    """A hardware profile; ``queue`` is set for scheduling by Kueue, the selectors for scheduling by node."""

    name: str
    namespace: str
    identifiers: tuple[Identifier, ...]
    queue: str | None
    priority_class: str | None
    node_selector: dict[str, str]
    tolerations: tuple[dict[str, Any], ...]
    not_offered: tuple[str, ...]
    where: Where

    @property
    def accelerator(self) -> str | None:
        """The first identifier of type Accelerator: what automatic runtime selection looks at."""
        return next((item.name for item in self.identifiers if item.resource_type == "Accelerator"), None)


def read(metadata: dict[str, Any], data: dict[str, Any], problems: Problems) -> HardwareProfile | None:
    """The profile, or None when it is too malformed to use (reported)."""
    spec = data.get("spec")
    if not isinstance(spec, dict) or not isinstance(spec.get("identifiers"), list):
        _malformed(problems, "a HardwareProfile needs `spec.identifiers`", ())
        return None
    identifiers = [
        identifier
        for index, item in enumerate(spec["identifiers"])
        if (identifier := _identifier(item, ("spec", "identifiers", index), problems))
    ]
    if len(identifiers) != len(spec["identifiers"]):
        return None
    scheduling = spec.get("scheduling")
    queue = priority_class = None
    node: dict[str, Any] = {}
    if isinstance(scheduling, dict):
        kueue = scheduling.get("kueue")
        node = scheduling["node"] if isinstance(scheduling.get("node"), dict) else {}
        if not _scheduling_fits(scheduling, problems):
            return None
        if scheduling.get("type") == "Queue" and isinstance(kueue, dict):
            queue, priority_class = kueue.get("localQueueName"), kueue.get("priorityClass")
            if not isinstance(queue, str) or not queue:
                path = ("spec", "scheduling", "kueue")
                _malformed(problems, "a Queue profile needs `kueue.localQueueName`", path, "key")
                return None
    if not _node_fits(node, problems):
        return None
    return HardwareProfile(
        metadata["name"],
        metadata["namespace"],
        tuple(identifiers),
        queue,
        priority_class if isinstance(priority_class, str) and priority_class else None,
        dict(node.get("nodeSelector") or {}),
        tuple(node.get("tolerations") or ()),
        tuple(_not_offered(metadata, identifiers)),
        Where(problems.document),
    )


def _malformed(problems: Problems, message: str, path: Path, on: Literal["value", "key"] = "value") -> None:
    metadata: Any = problems.document.data["metadata"]
    problems.add(
        codes.PROFILE_INVALID,
        message,
        path,
        on=on,
        help=f"correct it on the cluster, and export it again: `oc get hardwareprofiles.infrastructure.opendatahub.io {metadata['name']} -n {metadata['namespace']} -o yaml`",
    )


def _identifier(item: object, path: Path, problems: Problems) -> Identifier | None:
    if not isinstance(item, dict) or not isinstance(item.get("identifier"), str) or not item["identifier"]:
        _malformed(problems, "an identifier needs `identifier`, `minCount` and `defaultCount`", path)
        return None
    counts: dict[str, Quantity | None] = {}
    for key in ("minCount", "defaultCount", "maxCount"):
        value = item.get(key)
        if value is None:
            if key != "maxCount":
                _malformed(problems, f"the identifier `{item['identifier']}` has no `{key}`", path)
                return None
            counts[key] = None
            continue
        count = from_count(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else None
        if count is None:
            _malformed(problems, f"`{key}` of `{item['identifier']}` is not a quantity", (*path, key))
            return None
        counts[key] = count
    minimum, default, maximum = counts["minCount"], counts["defaultCount"], counts["maxCount"]
    assert minimum is not None and default is not None
    for bound, key, crossed, direction in (
        (minimum, "minCount", minimum.value > default.value, "below"),
        (maximum, "maxCount", maximum is not None and default.value > maximum.value, "above"),
    ):
        if bound is not None and crossed:
            _malformed(
                problems,
                f"the `defaultCount` of `{item['identifier']}`, `{default.canonical}`, is {direction} its `{key}`, `{bound.canonical}`",
                (*path, "defaultCount"),
            )
            return None
    resource_type = item.get("resourceType")
    return Identifier(
        item["identifier"], minimum, default, maximum, resource_type if isinstance(resource_type, str) else None
    )


def _scheduling_fits(scheduling: dict[str, Any], problems: Problems) -> bool:
    """The CRD's own rules: Queue goes with kueue alone, Node with node alone."""
    wanted, other = {"Queue": ("kueue", "node"), "Node": ("node", "kueue")}.get(str(scheduling.get("type")), ("", ""))
    path = ("spec", "scheduling")
    if not wanted:
        _malformed(problems, "`scheduling.type` is neither `Queue` nor `Node`", (*path, "type"))
        return False
    if not isinstance(scheduling.get(wanted), dict) or scheduling.get(other) is not None:
        _malformed(
            problems, f"scheduling of type `{scheduling['type']}` needs `{wanted}` and no `{other}`", path, "key"
        )
        return False
    return True


def _node_fits(node: dict[str, Any], problems: Problems) -> bool:
    """A selector of texts and a list of tolerations: one that was left out would put models onto other nodes."""
    path = ("spec", "scheduling", "node")
    selector, tolerations = node.get("nodeSelector"), node.get("tolerations")
    if selector is not None and not isinstance(selector, dict):
        _malformed(problems, "`nodeSelector` is not a mapping", (*path, "nodeSelector"))
        return False
    if tolerations is not None and not isinstance(tolerations, list):
        _malformed(problems, "`tolerations` is not a list", (*path, "tolerations"))
        return False
    wrong = [("nodeSelector", key) for key, value in (selector or {}).items() if not isinstance(value, str)]
    for field, key in wrong:
        _malformed(
            problems, f"the value of `{key}` in `{field}` is not a text: in quotes it is one", (*path, field, key)
        )
    odd = [index for index, item in enumerate(tolerations or ()) if not isinstance(item, dict)]
    for index in odd:
        _malformed(problems, "a toleration is not a mapping", (*path, "tolerations", index))
    return not wrong and not odd


def _not_offered(metadata: dict[str, Any], identifiers: list[Identifier]) -> list[str]:
    """Why the wizard would not list the profile (odh-dashboard, hardware-profiles/src/pages/utils.ts)."""
    reasons = []
    annotations = keys.string_map(metadata.get("annotations"))
    if annotations.get(keys.PROFILE_DISABLED, "false") != "false":
        reasons.append("it is disabled")
    visible = [
        feature
        for feature in keys.json_list(annotations.get(keys.FEATURE_VISIBILITY))
        if feature in ("workbench", "model-serving", "pipelines")
    ]
    if visible and "model-serving" not in visible:
        reasons.append("it is not for model serving")
    for kind, name in (("CPU", "cpu"), ("Memory", "memory")):
        if not any(item.resource_type == kind or item.name == name for item in identifiers):
            reasons.append(f"it has no {kind} identifier")
    reasons += [
        f"the minimum or default of `{item.name}` is 0"
        for item in identifiers
        if not item.minimum.value or not item.default.value
    ]
    return reasons
