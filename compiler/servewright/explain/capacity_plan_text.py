"""A capacity plan for a terminal: a table per namespace, needs above what each quota leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from servewright.check.capacity.platform import AUTH_PROXY
from servewright.explain.capacity_plan import DeploymentNeeds, NamespacePlan, Need, Plan, QuotaUse, Share, Totals
from servewright.explain.readable_amounts import readable
from servewright.explain.terminal import one_line, printable, prose

_LARGEST = 5  # deployments of each namespace
_NAMED = 3
_LEGEND = (
    "steady: nothing changes. one change: while the deployment that needs most for it rolls out a change, and no other "
    "does. all change: while every deployment does. Below each amount is what the quota leaves of it."
)
_STARTED = "all started: steady, with the stopped models running too."
_ADDED = (
    f"Counted with each pod is what the platform adds to it, such as {AUTH_PROXY[0]} "
    f"({', '.join(f'{name} {amount}' for name, amount in AUTH_PROXY[1].items())}); explain shows what the spec asks for. "
    "Amounts are rounded to two decimals; --format json has them exactly."
)
_BESIDE = "Only what this repository deploys is counted; whatever else runs in a namespace uses its quotas too."


def render_plan(plan: Plan) -> str:
    """The plan as text of about a hundred columns."""
    lines: list[str] = []
    for item in plan.namespaces:
        lines += [*_namespace(item), ""]
    stopped = bool(plan.summary.stopped)
    if len(plan.namespaces) > 1:
        lines += [f"all {_count(plan.summary.namespaces, 'namespace')}", *_grid(_needs(plan.fleet, stopped)), ""]
    lines += prose(f"{_LEGEND} {_STARTED if stopped else ''}", 0)
    lines += prose(_ADDED, 0)
    lines += prose(_BESIDE, 0)
    return printable([*lines, "", _verdict(plan.summary)])


def _namespace(item: NamespacePlan) -> Iterator[str]:
    stopped = sum(each.stopped for each in item.deployments)
    limited = any(need.quotas for need in item.resources)
    about = [_count(len(item.deployments), "deployment"), *([f"{stopped} stopped"] if stopped else [])]
    yield f"{item.namespace}: {', '.join([*about, *([] if limited else ['no quota'])])}"
    yield from _grid(_needs(item.resources, bool(stopped)))
    if item.deployments:
        yield ""
        yield from _grid(_largest(item.deployments))
    reasons: dict[str, list[str]] = {}
    for each in item.uncounted:
        reasons.setdefault(each.reason, []).extend([f"`{each.deployment}`"] if each.deployment else [])
    for reason, names in reasons.items():
        yield from prose(f"not counted: {f'{_list(names)}: ' if names else ''}{reason}", 2, 2)


def _needs(needs: Iterable[Need], stopped: bool) -> Iterator[Sequence[str]]:
    yield _columns("", ("steady", "one change", "all change", "all started"), "", stopped)
    for need in needs:
        needed = (need.steady, need.peak_one_at_a_time, need.peak_all_at_once, need.all_started)
        amounts = [readable(amount) for amount in needed]
        yield _columns(_short(need.resource), amounts, "", stopped)
        for use in need.quotas:
            scopes = ", ".join(use.scopes)
            label = f"{use.quota} allows {use.hard}{f' ({scopes})' if scopes else ''}, leaves"
            free = (use.steady_free, use.peak_one_at_a_time_free, use.peak_all_at_once_free, use.all_started_free)
            left = [readable(amount, down=True) for amount in free]
            yield _columns(f"  {one_line(label)}", left, _judged(use, stopped), stopped)


def _columns(label: str, amounts: Sequence[str], verdict: str, stopped: bool) -> Sequence[str]:
    return (label, *(amounts if stopped else amounts[:-1]), verdict)


def _judged(use: QuotaUse, stopped: bool) -> str:
    """Whether it fits, with the codes of what is reported."""
    if use.codes:
        return f"{' '.join(use.codes)}{f': {_list(use.short)}' if use.short else ': too small'}"
    if use.peak_all_at_once_free.startswith("-"):
        return "fits; all at once would wait for each other"
    if stopped and use.all_started_free.startswith("-"):
        return "fits; too small to start all"
    return "fits"


def _largest(deployments: Sequence[DeploymentNeeds]) -> Iterator[Sequence[str]]:
    yield ("largest", "pods", "cpu", "memory", "devices", "a change adds")
    for item in deployments[:_LARGEST]:
        needs = {_short(share.resource): readable(share.running) for share in item.resources}
        columns = [needs.pop(name, "0") for name in ("pods", "cpu", "memory")]
        others = ", ".join(f"{need} {name}" for name, need in needs.items())
        extra = ", ".join(_amount(share) for share in item.resources if share.extra != "0") or "nothing"
        yield (one_line(item.name), *columns, others, "(stopped)" if item.stopped else extra)
    if len(deployments) > _LARGEST:
        yield (f"and {len(deployments) - _LARGEST} more", "", "", "", "", "")


def _amount(share: Share) -> str:
    name = _short(share.resource)
    if name == "pods":
        return _count(int(share.extra), "pod")
    extra = readable(share.extra)
    return f"{extra} {name}" if "/" in name else f"{name} {extra}"


def _short(resource: str) -> str:
    return one_line(resource).removeprefix("requests.")


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _grid(rows: Iterable[Sequence[str]], indent: int = 2) -> list[str]:
    """Aligned columns; amounts to the right."""
    every = list(rows)
    widths = [max(map(len, column)) for column in zip(*every, strict=True)]
    lines = []
    for first, *amounts, last in every:
        middle = "".join(f"  {text:>{width}}" for text, width in zip(amounts, widths[1:], strict=False))
        lines.append(f"{' ' * indent}{first:<{widths[0]}}{middle}  {last}".rstrip())
    return lines


def _verdict(totals: Totals) -> str:
    """What does not fit, in a line."""
    found = [
        *([f"{_count(totals.exceeded, 'amount')} of quotas too small (SW701)"] if totals.exceeded else []),
        *([f"changes of {_count(totals.stuck, 'deployment')} would never roll out (SW702)"] if totals.stuck else []),
        *([f"changes of {_count(totals.tight, 'deployment')} have too little room (SW703)"] if totals.tight else []),
    ]
    about = f"{_count(totals.deployments, 'deployment')} in {_count(totals.namespaces, 'namespace')}"
    return f"{about}: {'; '.join(found) or 'everything that is counted fits'}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
