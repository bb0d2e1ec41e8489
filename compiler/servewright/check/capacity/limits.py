"""Containers and pods against the limit ranges of their namespace, and what limit ranges fill in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from servewright.catalog.limit_range import LimitItem, LimitRange
from servewright.check.capacity.places import resource_place, source_place
from servewright.check.capacity.pods import Amounts, Container
from servewright.check.capacity.tenant import SCHEDULER, Group, Load, Tenant
from servewright.check.capacity.usage import spell
from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Path, Where
from servewright.model.quantity import Quantity
from servewright.record import NamedTuple


class _Part(NamedTuple):
    """What an entry of a limit range is about: a container, or a pod as a whole (which has no ``container``).

    Of an ``open`` part more may be given than is known, so that only what is too much is certain. ``ours``: the spec
    decides it.
    """

    load: Load
    group: Group
    limit_range: LimitRange
    requests: Amounts
    limits: Amounts
    container: Container | None
    open: bool
    ours: bool

    @property
    def name(self) -> str:
        """How messages call it; most parts are never mentioned."""
        which = "a pod" if self.group.name == "predictor" else f"a {self.group.name} pod"
        return f"{f'`{self.container.name}`' if self.container else which} of `{self.load.summary.name}`"

    @property
    def rule(self) -> str:
        """How messages call the limit range."""
        return f"the LimitRange `{self.limit_range.name}`"


class _Complaint(NamedTuple):
    """What is wrong with a part, and the field of the limit range that says so."""

    side: str
    resource: str
    message: str
    help: str
    field: str


def outside_limit_ranges(tenant: Tenant) -> Iterator[Finding]:
    """Every violation, once for each deployment (plugin/pkg/admission/limitranger, PodValidateLimitFunc)."""
    entries = [(limit_range, item, _bounds(item)) for limit_range in tenant.limit_ranges for item in limit_range.items]
    if not entries:
        return
    # Many deployments have the same pods, and most pods have nothing wrong with them.
    users = {id(group.pod): (load, group) for load in tenant.loads for group in load.groups}
    wrong = {pod for pod, (load, group) in users.items() if next(_outside(load, group, entries), None)}
    for load in tenant.loads if wrong else ():
        said: set[str] = set()
        for group in load.groups:
            for item, part, complaint in _outside(load, group, entries) if id(group.pod) in wrong else ():
                finding = _finding(item, part, complaint)
                if finding.message not in said:
                    said.add(finding.message)
                    yield finding


def _outside(
    load: Load, group: Group, entries: list[tuple[LimitRange, LimitItem, _Bounds]]
) -> Iterator[tuple[LimitItem, _Part, _Complaint]]:
    for limit_range, item, bounds in entries:
        for part in _parts(load, group, limit_range, item):
            for complaint in _complaints(item, bounds, part):
                yield item, part, complaint


def filled_in(tenant: Tenant) -> Iterator[Finding]:
    """What the model's container gets from a limit range because nobody else gives it."""
    source = {
        (side, resource): Where(limit_range.where.document, (*item.path, field))
        for limit_range in reversed(tenant.limit_ranges)
        for item in limit_range.items
        if item.type == "Container"
        for side, field, table in (
            ("requests", "defaultRequest", item.default_request),
            ("limits", "default", item.default),
        )
        for resource in table
    }
    for load in tenant.loads:
        model = next((item for group in load.groups for item in group.pod.containers if item.origin == "spec"), None)
        if model is None or model.open or not model.given:
            continue
        given = sorted(model.given)
        texts = [
            f"{side[:-1]} of `{resource}` {spell(resource, (model.limits if side == 'limits' else model.requests)[resource])}"
            for side, resource in given
        ]
        side, resource = given[0]
        yield Finding(
            codes.LIMIT_RANGE_DEFAULT,
            f"`{load.summary.name}` leaves open what a LimitRange of namespace `{tenant.namespace}` fills in: {', '.join(texts)}",
            resource_place(load.summary, load.groups[0].name, side, resource),
            "write them into the spec if the model should keep them when the LimitRange changes",
            (Note("the LimitRange", source[side, resource]),),
        )


def _parts(load: Load, group: Group, limit_range: LimitRange, item: LimitItem) -> Iterator[_Part]:
    about = load, group, limit_range
    if item.type == "Container":
        for container in group.pod.every:
            ours = container.origin == "spec"
            yield _Part(*about, container.requests, container.limits, container, container.open, ours)
    else:
        is_open = any(container.open for container in group.pod.every)
        ours = group.name != SCHEDULER
        yield _Part(*about, group.pod.requests, group.pod.limits, None, is_open, ours)


class _Bounds(NamedTuple):
    """What an entry asks for, in the order in which it is said."""

    maximum: list[tuple[str, Quantity]]
    minimum: list[tuple[str, Quantity]]
    ratio: list[tuple[str, Quantity]]


def _bounds(item: LimitItem) -> _Bounds:
    return _Bounds(*(sorted(table.items()) for table in (item.maximum, item.minimum, item.ratio)))


def _complaints(item: LimitItem, bounds: _Bounds, part: _Part) -> Iterator[_Complaint]:
    what = item.type.lower()
    for resource, bound in bounds.maximum:
        yield from _bounded(part, resource, bound, what, "max")
    if part.open:
        return
    for resource, bound in bounds.minimum:
        yield from _bounded(part, resource, bound, what, "min")
    for resource, bound in bounds.ratio:
        yield from _ratio(part, resource, bound, what)


def _bounded(part: _Part, resource: str, bound: Quantity, what: str, field: str) -> Iterator[_Complaint]:
    """A minimum wants a request, a maximum wants a limit, and both hold for requests and limits."""
    low = field == "min"
    needed, word = ("requests", "minimum") if low else ("limits", "maximum")
    tables: Mapping[str, Amounts] = {"requests": part.requests, "limits": part.limits}
    if resource not in tables[needed] and not part.open:
        yield _Complaint(
            needed,
            resource,
            f"{part.name} gives no {needed[:-1]} of `{resource}`, and {part.rule} has a {word} for each {what}",
            f'write `{needed}: {{{resource}: "{bound.canonical}"}}` under `resources`',
            field,
        )
        return
    for side in ("limits", "requests"):
        amount = tables[side].get(resource)
        if amount is not None and (amount < bound.value if low else amount > bound.value):
            yield _Complaint(
                side,
                resource,
                f"the {side[:-1]} of `{resource}` of {part.name}, {spell(resource, amount)}, is "
                f"{'below' if low else 'above'} the {word} {bound.canonical} that {part.rule} sets for each {what}",
                f"write {'at least' if low else 'at most'} {bound.canonical}, or ask for another LimitRange",
                field,
            )
            return


def _ratio(part: _Part, resource: str, bound: Quantity, what: str) -> Iterator[_Complaint]:
    request, limit = part.requests.get(resource, 0), part.limits.get(resource, 0)
    if not request or not limit:
        missing = "request" if not request else "limit"
        message = f"{part.name} gives no {missing} of `{resource}`, and {part.rule} bounds their ratio for each {what}"
    elif limit * 10**9 > bound.value * request:
        message = (
            f"the limit of `{resource}` of {part.name}, {spell(resource, limit)}, is more than "
            f"{bound.canonical} times its request, {spell(resource, request)}, which {part.rule} allows each {what}"
        )
    else:
        return
    yield _Complaint(
        "limits", resource, message, "write a request and a limit that are nearer to each other", "maxLimitRequestRatio"
    )


def _finding(item: LimitItem, part: _Part, complaint: _Complaint) -> Finding:
    load, group, limit_range = part.load, part.group, part.limit_range
    download = part.container is not None and part.container.name == "storage-initializer"
    where = resource_place(load.summary, group.name, complaint.side, complaint.resource)
    path: Path = (*item.path, complaint.field, complaint.resource)
    return Finding(
        codes.LIMIT_RANGE,
        f"{complaint.message}: pods would be refused",
        source_place(load.summary) if download else where,
        complaint.help if part.ours else "the spec does not decide this: ask for another LimitRange",
        (Note("the LimitRange", Where(limit_range.where.document, path)),),
    )
