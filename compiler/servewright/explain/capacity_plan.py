"""The capacity plan: what the deployments of each namespace need, at rest and while changes roll out, beside its quotas.

Needs are counted as the rules about quotas count them (check/capacity), with or without a quota. What does not fit is
marked with the code of the rule that reports it, whatever severity the Project gives that rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from servewright.catalog.resource_quota import ResourceQuota, Scope
from servewright.check.capacity.quotas import steady
from servewright.check.capacity.rollouts import Lack, lacks
from servewright.check.capacity.tenant import SCHEDULER, Load, Tenant, tenants
from servewright.check.capacity.usage import counts_objects, counts_pods, objects_of, row_of, spell, used
from servewright.check.demand import demand_of
from servewright.check.summary import Summary
from servewright.compilation import Compiled
from servewright.diagnostics import codes
from servewright.model.quantity import NANO
from servewright.read.inputs import MODEL_DEPLOYMENT
from servewright.record import NamedTuple
from servewright.resolve.context import Context

_ALWAYS = ("pods", "requests.cpu", "requests.memory")


class QuotaUse(NamedTuple):
    """An amount that a quota allows, and what is left of it; less than nothing where it does not fit.

    ``codes`` are those of the rules that find it too small, ``short`` the deployments whose changes lack room.
    """

    quota: str
    name: str
    scopes: tuple[str, ...]
    hard: str
    steady: str
    peak_one_at_a_time: str
    peak_all_at_once: str
    all_started: str
    steady_free: str
    peak_one_at_a_time_free: str
    peak_all_at_once_free: str
    all_started_free: str
    codes: tuple[str, ...]
    short: tuple[str, ...]


class Need(NamedTuple):
    """What is needed of a resource: at rest, at the peak of the largest change, of all changes at once, and at rest if
    the stopped models ran too.
    """

    resource: str
    steady: str
    peak_one_at_a_time: str
    peak_all_at_once: str
    all_started: str
    quotas: tuple[QuotaUse, ...] = ()


class Share(NamedTuple):
    """What one deployment needs of a resource while it runs, and how much more while a change of it rolls out."""

    resource: str
    running: str
    extra: str


class DeploymentNeeds(NamedTuple):
    """A deployment's needs; of a stopped one, what it would need."""

    name: str
    stopped: bool
    resources: tuple[Share, ...]


class Uncounted(NamedTuple):
    """What may need more than is counted: of a deployment, or (None) of the namespace."""

    deployment: str | None
    reason: str


class NamespacePlan(NamedTuple):
    """A namespace; deployments that need most come first."""

    namespace: str
    deployments: tuple[DeploymentNeeds, ...]
    resources: tuple[Need, ...]
    uncounted: tuple[Uncounted, ...]


class Totals(NamedTuple):
    """How many there are of what; ``exceeded`` amounts of quotas, and deployments whose changes are ``stuck``, ``tight``."""

    namespaces: int
    deployments: int
    stopped: int
    exceeded: int
    stuck: int
    tight: int


class Plan(NamedTuple):
    """The namespaces by name, and all of them together."""

    namespaces: tuple[NamespacePlan, ...]
    fleet: tuple[Need, ...]
    summary: Totals


class Collector:
    """Takes each compiled document as it comes, and keeps what a plan is made from: needs are counted of every one."""

    def __init__(self) -> None:
        self.summaries: list[Summary] = []

    def take(self, item: Compiled) -> None:
        """Keep the summary, with what the deployment needs."""
        summary = item.summary
        if item.decisions is not None and summary.demand is None:
            summary = summary._replace(demand=demand_of(item.decisions, item.units[0].objects))
        self.summaries.append(summary)


class _Namespace(NamedTuple):
    """A namespace as it is, and as it would be if every model ran."""

    now: Tenant
    started: Tenant


class _Amounts(NamedTuple):
    """Amounts in nano-units, as in :class:`Need`."""

    steady: int
    one: int
    all: int
    started: int


def plan_of(summaries: Sequence[Summary], context: Context, namespaces: Sequence[str] = ()) -> Plan:
    """The plan of these namespaces, or of all that have deployments."""
    wanted = [item for item in summaries if item.namespace and (not namespaces or item.namespace in namespaces)]
    every = [
        _Namespace(*pair)
        for pair in zip(tenants(wanted, context), tenants(map(_started, wanted), context), strict=True)
        if any(item.kind == MODEL_DEPLOYMENT for item in pair[0].summaries)
    ]
    found = tuple(_namespace(item, context) for item in every)
    uses = [use for item in found for need in item.resources for use in need.quotas]
    changes = {(item.now.namespace, lack.load.summary.name): lack.rule for item in every for lack in _lacks(item.now)}
    deployments = [deployment for item in found for deployment in item.deployments]
    return Plan(
        found,
        _fleet(every),
        Totals(
            len(found),
            len(deployments),
            sum(item.stopped for item in deployments),
            sum(codes.QUOTA_EXCEEDED.code in use.codes for use in uses),
            sum(rule is codes.ROLLOUT_STUCK for rule in changes.values()),
            sum(rule is codes.ROLLOUT_TIGHT for rule in changes.values()),
        ),
    )


def _started(summary: Summary) -> Summary:
    demand = summary.demand
    return summary if demand is None else summary._replace(demand=demand._replace(stopped=False))


def _lacks(tenant: Tenant) -> list[Lack]:
    """The lacks, those that block a change last."""
    return sorted(lacks(tenant), key=lambda lack: lack.stuck)


def _namespace(item: _Namespace, context: Context) -> NamespacePlan:
    tenant = item.now
    short = _lacks(tenant)
    rows: dict[str, list[QuotaUse]] = {name: [] for name in _resources(item.started.loads)}
    for quota in tenant.quotas:
        for name in sorted(quota.hard):
            if counts_pods(name) or (counts_objects(name) and not quota.scopes):  # scopes are for pods
                rows.setdefault(row_of(name), []).append(_use(quota, name, _amounts(item, quota, name), short))
    return NamespacePlan(
        tenant.namespace,
        tuple(_deployments(item)),
        tuple(_need(name, _amounts(item, None, name), rows[name]) for name in sorted(rows, key=_order)),
        tuple(_uncounted(item, context)),
    )


def _resources(loads: Iterable[Load]) -> set[str]:
    """What is shown of every namespace, whether a quota asks for it or not."""
    names = (name for load in loads for group in load.groups for name in group.pod.requests)
    return {*_ALWAYS, *(row_of(f"requests.{name}") for name in names)}


def _order(name: str) -> tuple[int, str]:
    """A key for sorting: pods, CPU, memory, other requests with the accelerators, limits, objects."""
    if name in _ALWAYS:
        return _ALWAYS.index(name), name
    side = name.partition(".")[0]
    return {"requests": 3, "limits": 4}.get(side, 5), name


def _amounts(item: _Namespace, quota: ResourceQuota | None, name: str) -> _Amounts:
    if counts_objects(name):
        objects = sum(number for _, number in objects_of(item.now.summaries, name)) * NANO
        return _Amounts(objects, objects, objects, objects)
    rest = sum(steady(load, quota, name) for load in item.now.loads)
    extra = [_extra(load, quota, name) for load in item.now.loads]
    started = sum(steady(load, quota, name) for load in item.started.loads)
    return _Amounts(rest, rest + max(extra, default=0), rest + sum(extra), started)


def _extra(load: Load, quota: ResourceQuota | None, name: str) -> int:
    return used(load.groups, quota, name, lambda group: group.extra)


def _need(name: str, amounts: _Amounts, quotas: Iterable[QuotaUse] = ()) -> Need:
    return Need(name, *_spelt(name, amounts), tuple(quotas))


def _spelt(name: str, amounts: _Amounts) -> tuple[str, str, str, str]:
    rest, one, every, started = (spell(name, amount) for amount in amounts)
    return rest, one, every, started


def _use(quota: ResourceQuota, name: str, amounts: _Amounts, short: Iterable[Lack]) -> QuotaUse:
    hard = quota.hard[name]
    here = [lack for lack in short if lack.quota is quota and any(each == name for each, _, _ in lack.short)]
    found = {codes.QUOTA_EXCEEDED.code} if amounts.steady > hard.value else {lack.rule.code for lack in here}
    return QuotaUse(
        quota.name,
        name,
        tuple(map(_scope, quota.scopes)),
        hard.canonical,
        *_spelt(name, amounts),
        *_spelt(name, _Amounts(*(hard.value - amount for amount in amounts))),
        tuple(sorted(found)),
        tuple(sorted({lack.load.summary.name for lack in here})),
    )


def _scope(scope: Scope) -> str:
    values = f" ({', '.join(scope.values)})" if scope.values else ""
    return f"{scope.name} {scope.operator}{values}" if values or scope.operator != "Exists" else scope.name


def _deployments(item: _Namespace) -> Iterator[DeploymentNeeds]:
    running = {load.summary.name for load in item.now.loads}
    names = sorted(_resources(item.started.loads), key=_order)

    def largest(load: Load) -> tuple[int, int, int, str]:
        """Devices, of which there are least, then memory, then CPU."""
        devices = sum(steady(load, None, name) for name in names if "/" in name)
        memory, cpu = (steady(load, None, name) for name in ("requests.memory", "requests.cpu"))
        return -devices, -memory, -cpu, load.summary.name

    for load in sorted(item.started.loads, key=largest):
        shares = ((name, steady(load, None, name), _extra(load, None, name)) for name in names)
        yield DeploymentNeeds(
            load.summary.name,
            load.summary.name not in running,
            tuple(Share(name, spell(name, need), spell(name, more)) for name, need, more in shares if need),
        )


def _uncounted(item: _Namespace, context: Context) -> Iterator[Uncounted]:
    for load in item.started.loads:
        yield from (Uncounted(load.summary.name, reason) for reason in _unknown(load, context))
    for summary in item.now.summaries:
        if summary.kind == MODEL_DEPLOYMENT and summary.demand is None:
            yield Uncounted(summary.name or None, "it has errors, and nothing of it is counted")
    for quota in item.now.quotas:
        for name in sorted(quota.hard):
            if not counts_pods(name) and not counts_objects(name):
                yield Uncounted(None, f"the quota `{quota.name}` limits `{name}`, which is not known of any deployment")


def _unknown(load: Load, context: Context) -> Iterator[str]:
    """What is not known of a deployment's pods (``open`` containers, see check/capacity/tenant.py)."""
    demand, runtime = load.summary.demand, load.summary.runtime
    if demand is not None and demand.open:
        yield "the LLMInferenceServiceConfigs that it names may add to what its pods ask for"
    elif any(each.open for group in load.groups if group.name != SCHEDULER for each in group.pod.every):
        called = f" `{runtime.name}`" if runtime is not None else ""
        yield f"its runtime{called} is not in the catalog, and may add to what its pods ask for"
    if any(each.open for group in load.groups if group.name == SCHEDULER for each in group.pod.every):
        yield f"what llm-d's scheduler asks for in {context.release.name} is not known: it is counted as a pod, and no more"


def _fleet(every: Sequence[_Namespace]) -> tuple[Need, ...]:
    """All namespaces together. In the whole fleet, too, one change after the other is the one that needs most."""
    names = {name for item in every for name in _resources(item.started.loads)}
    needs = []
    for name in sorted(names, key=_order):
        each = [_amounts(item, None, name) for item in every]
        rest, _, all_change, started = map(sum, zip(*each, strict=True))
        largest = max(amounts.one - amounts.steady for amounts in each)
        total = _Amounts(rest, rest + largest, all_change, started)
        needs.append(_need(name, total))
    return tuple(needs)
