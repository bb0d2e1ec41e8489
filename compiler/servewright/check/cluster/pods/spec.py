"""A pod's spec, container by container: the table of all rules (ValidatePodSpec, validateContainerCommon)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from servewright.check.cluster.lenient import entries, items, number, text
from servewright.check.cluster.metadata import check_labels, name_problem
from servewright.check.cluster.pods.environment import check_env, check_env_from
from servewright.check.cluster.pods.probes import check_lifecycle, check_probes
from servewright.check.cluster.pods.report import bad, one_of, port_name_problem
from servewright.check.cluster.pods.resources import check_resources
from servewright.check.cluster.pods.scheduling import check_affinity, check_spread, check_tolerations
from servewright.check.cluster.pods.security import check_security_context
from servewright.check.cluster.pods.volumes import check_mounts, check_volumes, volume_names
from servewright.check.cluster.violation import Violation, order
from servewright.diagnostics.model import Path
from servewright.hints import Any, Final
from servewright.model.names import is_dns_label

_LABEL: Final = "must consist of lower-case letters, digits and inner `-`, at most 63 characters"
_POD_NAMES: Final = ("serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName")
_HOST_NAMES: Final = ("hostname", "subdomain")
_PROBES: Final = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
# A template of a Deployment, StatefulSet or LeaderWorkerSet; a bare pod has more choice.
_ALLOWED: Final = (
    ("restartPolicy", ("Always",)),
    ("dnsPolicy", ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")),
    ("preemptionPolicy", ("PreemptLowerPriority", "Never")),
)


def check_pod_spec(spec: dict[str, Any], path: Path, *, complete: bool = True) -> list[Violation]:
    """What Kubernetes refuses in a pod template's ``spec``, which lies at ``path``; in the order of the paths.

    Not ``complete``: the spec is laid over another one before it becomes a pod, as KServe lays an InferenceService
    over its runtime; then nothing is missed that the other may bring: images, volumes, limits, containers.
    """
    found = [item for fields, check in _SPEC_CHECKS if not fields.isdisjoint(spec) for item in check(spec, path)]
    found += _containers(spec, path, complete=complete)
    return sorted(dict.fromkeys(found), key=lambda item: (order(item.path), item))


def check_container(container: dict[str, Any], path: Path, grace: int | None = None) -> list[Violation]:
    """The same for one container that is laid over another one, such as an InferenceService's ``model``.

    ``grace`` is how many seconds its pod has to end, if that is known.
    """
    found = [*_container(container, path, None, set(), complete=False), *check_probes(container, path, complete=False)]
    found += check_lifecycle(container, path, grace)
    return sorted(found, key=lambda item: (order(item.path), item))


def _names(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    for field in _POD_NAMES:
        if spec.get(field) and (wrong := name_problem(text(spec[field]))):
            yield bad((*path, field), wrong)
    for field in _HOST_NAMES:
        if spec.get(field) and not is_dns_label(text(spec[field])):
            yield bad((*path, field), _LABEL)
    for field, allowed in _ALLOWED:
        yield from one_of(spec.get(field), allowed, (*path, field))


def _numbers(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    if spec.get("activeDeadlineSeconds") is not None:
        yield bad((*path, "activeDeadlineSeconds"), "must not be set in the template of a Deployment")
    if items(spec.get("ephemeralContainers")):
        yield bad((*path, "ephemeralContainers"), "must not be set in a template")
    grace = number(spec.get("terminationGracePeriodSeconds"))
    if grace is not None and grace < 0:
        yield bad((*path, "terminationGracePeriodSeconds"), "is less than 0")


def _node_selector(spec: dict[str, Any], path: Path) -> Iterator[Violation]:
    for path_to, _, words in check_labels(spec.get("nodeSelector"), (*path, "nodeSelector")):
        yield bad(path_to, words)


# Each with the fields that it looks at; of a pod that is laid over another one, most are absent.
_SPEC_CHECKS: Final[tuple[tuple[frozenset[str], Callable[[dict[str, Any], Path], Iterator[Violation]]], ...]] = (
    (frozenset({*_POD_NAMES, *_HOST_NAMES, *(field for field, _ in _ALLOWED)}), _names),
    (frozenset({"activeDeadlineSeconds", "ephemeralContainers", "terminationGracePeriodSeconds"}), _numbers),
    (frozenset({"nodeSelector"}), _node_selector),
    (frozenset({"volumes"}), check_volumes),
    (frozenset({"tolerations"}), check_tolerations),
    (frozenset({"affinity"}), check_affinity),
    (frozenset({"topologySpreadConstraints"}), check_spread),
    (frozenset({"securityContext"}), check_security_context),
)


def _containers(spec: dict[str, Any], path: Path, *, complete: bool) -> Iterator[Violation]:
    volumes = volume_names(spec) if complete else None
    claims = {text(claim.get("name")) for claim, _ in entries(spec, "resourceClaims", ())}
    # Kubernetes waits 30 seconds where nothing is said.
    grace = spec.get("terminationGracePeriodSeconds")
    seconds = 30 if grace is None and complete else number(grace)
    if complete and not items(spec.get("containers")):
        yield bad((*path, "containers"), "must have at least one container")
    taken: set[str] = set()
    host_ports: set[tuple[Any, ...]] = set()
    for field in ("containers", "initContainers"):
        for container, at in entries(spec, field, path):
            yield from _container(container, at, volumes, claims, complete=complete)
            name = text(container.get("name"))
            if name and name in taken:
                yield bad((*at, "name"), "is the name of another container")
            taken.add(name)
            sidecar = container.get("restartPolicy") == "Always"
            if field == "containers" or sidecar:
                yield from check_lifecycle(container, at, seconds)
                yield from check_probes(container, at, complete=complete)
            else:
                for probe in _PROBES:
                    if container.get(probe) is not None:
                        yield bad((*at, probe), "must not be set in an init container without `restartPolicy: Always`")
            if container.get("restartPolicy") and not (field == "initContainers" and sidecar):
                where = "must be `Always`" if field == "initContainers" else "must only be set in an init container"
                yield bad((*at, "restartPolicy"), where)
            yield from _host_ports(container, at, host_ports if field == "containers" else set())


def _container(
    container: dict[str, Any], path: Path, volumes: set[str] | None, claims: set[str], *, complete: bool
) -> Iterator[Violation]:
    name = container.get("name")
    if (complete or name) and not is_dns_label(text(name)):
        yield bad((*path, "name"), _LABEL)
    if container.get("image") == "" or (complete and container.get("image") is None):
        yield bad((*path, "image"), "is required")
    pull, message = container.get("imagePullPolicy"), container.get("terminationMessagePolicy")
    yield from one_of(pull, ("Always", "IfNotPresent", "Never"), (*path, "imagePullPolicy"))
    yield from one_of(message, ("File", "FallbackToLogsOnError"), (*path, "terminationMessagePolicy"))
    yield from _ports(container, path)
    yield from check_env(container, path)
    yield from check_env_from(container, path)
    yield from check_mounts(container, path, volumes)
    yield from check_resources(container, path, complete=complete, claims=claims)
    yield from check_security_context(container, path)


def _ports(container: dict[str, Any], path: Path) -> Iterator[Violation]:
    names: set[str] = set()
    for port, at in entries(container, "ports", path):
        name = text(port.get("name"))
        if name and (wrong := port_name_problem(name)):
            yield bad((*at, "name"), wrong)
        elif name in names:
            yield bad((*at, "name"), "is the name of another port of this container")
        if name:
            names.add(name)
        for field in ("containerPort", "hostPort"):
            value = number(port.get(field))
            # hostPort: 0 is none.
            if value is not None and not 1 <= value <= 65535 and not (field == "hostPort" and value == 0):
                yield bad((*at, field), "must be between 1 and 65535")
        yield from one_of(port.get("protocol"), ("TCP", "UDP", "SCTP"), (*at, "protocol"))


def _host_ports(container: dict[str, Any], path: Path, taken: set[tuple[Any, ...]]) -> Iterator[Violation]:
    for port, at in entries(container, "ports", path):
        number_of = number(port.get("hostPort"))
        key = text(port.get("protocol")) or "TCP", text(port.get("hostIP")), number_of
        if number_of and key in taken:
            yield bad((*at, "hostPort"), "is taken by another port of this pod")
        taken.add(key)
