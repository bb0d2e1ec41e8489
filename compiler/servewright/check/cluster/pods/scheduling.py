"""Where pods may run (ValidateTolerations, validateAffinity, validateTopologySpreadConstraints)."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.check.cluster.lenient import entries, items, mapping, number, text
from servewright.check.cluster.pods.report import bad, one_of
from servewright.check.cluster.violation import Violation
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.metadata_syntax import label_key_problem, label_value_problem
from servewright.model.names import is_dns_label

_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_NODE_OPERATORS: Final = ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")


def check_tolerations(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Operator, key, value and effect have to fit together."""
    for toleration, at in entries(spec, "tolerations", path):
        key, operator, value = (text(toleration.get(field)) for field in ("key", "operator", "value"))
        if key and (wrong := label_key_problem(key)):
            yield bad((*at, "key"), wrong)
        if not key and operator != "Exists":
            yield bad((*at, "operator"), "must be `Exists` where there is no `key`")
        if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
            yield bad((*at, "effect"), "must be `NoExecute` where there are `tolerationSeconds`")
        if operator == "Exists" and value:
            yield bad((*at, "value"), "must not be set with the operator `Exists`")
        elif operator in ("", "Equal") and (wrong := label_value_problem(value)):
            yield bad((*at, "value"), wrong)
        yield from one_of(operator, ("Equal", "Exists"), (*at, "operator"))
        yield from one_of(toleration.get("effect"), _EFFECTS, (*at, "effect"))


def check_affinity(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Terms that select something, and weights from 1 to 100."""
    affinity = mapping(spec.get("affinity"))
    node = mapping(affinity.get("nodeAffinity"))
    at: Path = (*path, "affinity", "nodeAffinity")
    if isinstance(node.get(_REQUIRED), dict):
        yield from _node_selector(node[_REQUIRED], (*at, _REQUIRED))
    for term, place in entries(node, _PREFERRED, at):
        yield from _weight(term, place)
        yield from _node_term(mapping(term.get("preference")), (*place, "preference"), strict=False)
    for field in ("podAffinity", "podAntiAffinity"):
        pods = mapping(affinity.get(field))
        at = (*path, "affinity", field)
        for term, place in entries(pods, _REQUIRED, at):
            yield from _pod_term(term, place)
        for term, place in entries(pods, _PREFERRED, at):
            yield from _weight(term, place)
            yield from _pod_term(mapping(term.get("podAffinityTerm")), (*place, "podAffinityTerm"))


def _weight(term: dict[str, Any], at: Path) -> Iterator[Violation]:
    weight = number(term.get("weight"))
    if weight is not None and not 1 <= weight <= 100:
        yield bad((*at, "weight"), "must be between 1 and 100")


def _node_selector(selector: dict[str, Any], at: Path) -> Iterator[Violation]:
    if not items(selector.get("nodeSelectorTerms")):
        yield bad((*at, "nodeSelectorTerms"), "must have at least one term")
    for term, place in entries(selector, "nodeSelectorTerms", at):
        yield from _node_term(term, place, strict=True)


def _node_term(term: dict[str, Any], at: Path, *, strict: bool) -> Iterator[Violation]:
    for requirement, place in entries(term, "matchExpressions", at):
        yield from _requirement(requirement, place, _NODE_OPERATORS, strict=strict)
    for requirement, place in entries(term, "matchFields", at):
        yield from one_of(requirement.get("operator") or "?", ("In", "NotIn"), (*place, "operator"))
        if len(items(requirement.get("values"))) != 1:
            yield bad((*place, "values"), "must have exactly one value")
        if requirement.get("key") != "metadata.name":
            yield bad((*place, "key"), "must be `metadata.name`")


def _requirement(
    requirement: dict[str, Any], at: Path, operators: tuple[str, ...], *, strict: bool
) -> Iterator[Violation]:
    operator, values = requirement.get("operator"), items(requirement.get("values"))
    if operator in ("In", "NotIn") and not values:
        yield bad((*at, "values"), f"must have at least one value with the operator `{operator}`")
    elif operator in ("Exists", "DoesNotExist") and values:
        yield bad((*at, "values"), f"must not be set with the operator `{operator}`")
    elif operator in ("Gt", "Lt") and operator in operators and len(values) != 1:
        yield bad((*at, "values"), f"must have exactly one value with the operator `{operator}`")
    yield from one_of(operator or "?", operators, (*at, "operator"))
    if wrong := label_key_problem(text(requirement.get("key"))):
        yield bad((*at, "key"), wrong)
    for index, value in enumerate(values if strict else ()):
        if isinstance(value, str) and (wrong := label_value_problem(value)):
            yield bad((*at, "values", index), wrong)


def _pod_term(term: dict[str, Any], at: Path) -> Iterator[Violation]:
    for field in ("labelSelector", "namespaceSelector"):
        yield from check_selector(mapping(term.get(field)), (*at, field))
    for index, namespace in enumerate(items(term.get("namespaces"))):
        if isinstance(namespace, str) and not is_dns_label(namespace):
            yield bad((*at, "namespaces", index), "is no name of a namespace")
    key = text(term.get("topologyKey"))
    if wrong := label_key_problem(key):
        yield bad((*at, "topologyKey"), wrong)


def check_selector(selector: dict[str, Any], at: Path) -> Iterator[Violation]:
    """A label selector (ValidateLabelSelector)."""
    for key, value in mapping(selector.get("matchLabels")).items():
        if wrong := label_key_problem(str(key)):
            yield bad((*at, "matchLabels", key), f"its key {wrong}")
        if wrong := label_value_problem(text(value)):
            yield bad((*at, "matchLabels", key), wrong)
    for requirement, place in entries(selector, "matchExpressions", at):
        yield from _requirement(requirement, place, _NODE_OPERATORS[:4], strict=True)


def check_spread(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    """Topology spread constraints."""
    seen: set[tuple[Any, Any]] = set()
    for constraint, at in entries(spec, "topologySpreadConstraints", path):
        for field in ("maxSkew", "minDomains"):
            value = number(constraint.get(field))
            if value is not None and value <= 0:
                yield bad((*at, field), "must be more than 0")
        if constraint.get("topologyKey") == "":
            yield bad((*at, "topologyKey"), "is empty")
        action = constraint.get("whenUnsatisfiable")
        yield from one_of(action, ("DoNotSchedule", "ScheduleAnyway"), (*at, "whenUnsatisfiable"))
        if constraint.get("minDomains") is not None and action != "DoNotSchedule":
            yield bad((*at, "minDomains"), "needs `whenUnsatisfiable: DoNotSchedule`")
        key = text(constraint.get("topologyKey")), text(action)
        if key in seen:
            yield bad(at, "has the `topologyKey` and `whenUnsatisfiable` of another constraint")
        seen.add(key)
        yield from check_selector(mapping(constraint.get("labelSelector")), (*at, "labelSelector"))
        for field in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
            yield from one_of(constraint.get(field), ("Honor", "Ignore"), (*at, field))
