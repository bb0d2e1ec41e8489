"""An explanation for a terminal: sections to skim, commands and queries to copy."""

from __future__ import annotations

from collections.abc import Sequence

from servewright.explain.connection_secret import ConnectionSecret
from servewright.explain.explanation import Access, Emitted, Explanation, Runtime, Source
from servewright.explain.hardware import Hardware, Resource
from servewright.explain.quota import QuotaRow
from servewright.explain.rollout import Strategy, Total
from servewright.explain.terminal import bullets, one_line, printable, prose, table, verbatim


def render_text(item: Explanation) -> str:
    """The explanation as text of about a hundred columns."""
    choices = item.decisions
    state = ", stopped" if item.stopped else ""
    lines = [f"{item.namespace}/{item.name}: {choices.name.display_name}"]
    lines += prose(f"{item.kind} for {item.release}, from {item.file}{state}", 0)
    sections = (
        ("Warnings", bullets(item.warnings)),
        ("Name", prose(_sentence(choices.name.reasons))),
        ("Hardware of each pod", _hardware(choices.hardware)),
        ("Runtime", _runtime(choices.runtime)),
        ("Model", _source(choices.source)),
        ("Strategy", _strategy(choices.strategy, llmd=choices.runtime.kind == "llm-d")),
        ("Quotas of the namespace", _quotas(item.quotas)),
        ("Access", _access(choices.access)),
        ("Objects", _objects(item.objects)),
        ("How to call it", _call(item)),
        ("How to watch it", _watch(item)),
    )
    for title, body in sections:
        if body:
            lines += ["", title, *body]
    return printable(lines)


def _sentence(reasons: Sequence[str]) -> str:
    return "; ".join(reasons)


def _hardware(hardware: Hardware) -> list[str]:
    lines = []
    if hardware.profile is not None:
        called = f" ({hardware.profile_display_name})" if hardware.profile_display_name else ""
        lines += prose(f"profile `{hardware.profile}`{called} of `{hardware.profile_namespace}`")
    else:
        lines += prose("no hardware profile")
    lines += _resources("", hardware.resources)
    if hardware.prefill:
        lines += _resources("prefill", hardware.prefill)
    return lines + table([(f"{row.kind}", row.value, f"from {row.said_by}") for row in hardware.placement])


def _resources(title: str, resources: Sequence[Resource]) -> list[str]:
    rows = [(title, "request", "from", "limit", "from")]
    rows += [
        (row.name, row.request or "-", row.request_from or "", row.limit or "-", row.limit_from or "")
        for row in resources
    ]
    return table(rows) if resources else prose("no requests and no limits")


def _runtime(runtime: Runtime) -> list[str]:
    lines = prose(_sentence(runtime.reasons))
    rows = [
        ("serves", runtime.format),
        ("ServingRuntime", runtime.name),
        ("also used by", ", ".join(runtime.also_used_by) or None),
        ("version", runtime.version),
        ("image", runtime.image),
    ]
    lines += _known(rows)
    for scope in dict.fromkeys(item.scope for item in runtime.candidates):
        place = "of the platform" if scope == "global" else "of the project"
        lines += prose(f"every template {place} that was looked at:")
        found = [item for item in runtime.candidates if item.scope == scope]
        lines += table([("fits" if item.fits else "no", item.template, item.reason) for item in found], 4)
    return lines


def _known(rows: Sequence[tuple[str, str | None]]) -> list[str]:
    return table([(name, value) for name, value in rows if value is not None])


def _source(source: Source) -> list[str]:
    lines = prose(_sentence(source.reasons))
    rows = [
        ("uri", source.uri),
        ("connection", source.connection),
        ("path", source.path),
        ("service account", source.service_account),
        ("pull secrets", ", ".join(source.pull_secrets) or None),
    ]
    lines += _known(rows)
    lines += _secret(source.secret) if source.secret else []
    return lines + (bullets(source.files.notes) if source.files else [])


def _secret(secret: ConnectionSecret) -> list[str]:
    """What people have to see to: nothing, where an ExternalSecret does."""
    if secret.external:
        return prose(f"the Secret `{secret.name}` is filled by the connection's ExternalSecret")
    labels, annotations = (
        [f'{key}: "{value}"' for key, value in pairs] for pairs in (secret.labels, secret.annotations)
    )
    fields = (("type", [secret.type]), ("keys", secret.keys), ("labels", labels), ("annotations", annotations))
    rows = [(title if not index else "", value) for title, values in fields for index, value in enumerate(values)]
    lines = prose(
        f"the Secret `{secret.name}` must be in `{secret.namespace}` before the model; servewright makes none:"
    )
    lines += table(rows, 4)
    if secret.documentation:
        fields_there = ", ".join(f"`{field}`" for field in secret.documentation)
        lines += prose(f"its own values count: {fields_there} of the Connection only document them", 4)
    return lines


def _strategy(strategy: Strategy, *, llmd: bool) -> list[str]:
    # The reasons of llm-d say what the effect says better.
    reason = "with llm-d no other can be chosen" if llmd else strategy.reasons[0]
    lines = prose(f"{strategy.type}: {reason}")
    lines += prose(f"what happens: {strategy.effect}")
    names = list(strategy.steady.requests)
    rows = [("requests of all pods", "pods", *names, "")]
    rows.append(_total_row("while nothing changes", strategy.steady, names, ""))
    extra = " + ".join(f"{item.extra} beside {item.replicas}" for item in strategy.workloads if item.extra)
    remark = f"25 % more replicas, rounded up: {extra}" if extra else "never more than that"
    rows.append(_total_row("while a change rolls out", strategy.peak, names, remark))
    if strategy.recommended is not None:
        rows.append(
            _total_row(
                "recommended headroom",
                strategy.recommended,
                names,
                "the documentation: about 200 %",
            )
        )
    return lines + table(rows)


def _total_row(title: str, total: Total, names: Sequence[str], remark: str) -> tuple[str, ...]:
    return (title, str(total.pods), *(total.requests.get(name, "0") for name in names), remark)


def _quotas(rows: Sequence[QuotaRow]) -> list[str]:
    title = ("quota", "of", "allowed", "this model", "all models here", "left")
    found = [(row.quota, row.name, row.allowed, row.this, row.together, row.left) for row in rows]
    return table([title, *found]) if rows else []


def _access(access: Access) -> list[str]:
    lines = prose(_sentence(access.reasons))
    rows = [("gateway", access.gateway)] if access.gateway else []
    rows += [("token", token) for token in access.tokens]
    rows += [("subject", subject) for subject in access.subjects]
    return lines + table(rows)


def _objects(objects: Sequence[Emitted]) -> list[str]:
    rows: list[tuple[str, str]] = []
    lines: list[str] = []
    files = dict.fromkeys(item.file for item in objects)
    for file in files:
        lines.append(f"  {file}")
        rows = [(item.kind, item.name) for item in objects if item.file == file]
        lines += table(rows, 4)
    return lines


def _call(item: Explanation) -> list[str]:
    call = item.call
    lines = [*bullets(call.notes), ""]
    if call.tokens:
        lines.append(f"  # {one_line(call.tokens[0].holder)}:")
    lines += verbatim("\n".join(call.setup))
    for other in call.instead:
        lines += [f"  # or {one_line(other.title)}:", *(f"  # {line}" for line in other.command.split("\n"))]
    for request in call.requests:
        lines += ["", f"  # {request.title}", *verbatim(request.command)]
    return lines


def _watch(item: Explanation) -> list[str]:
    monitoring = item.monitoring
    lines = bullets(monitoring.notes)
    if not item.metrics:
        return lines
    lines += bullets(
        [
            f"time ranges worth looking at: {', '.join(monitoring.time_ranges)}; refresh every {monitoring.refresh[0]} to {monitoring.refresh[-1]}"
        ]
    )
    for query in item.metrics:
        lines += ["", f"  # {query.title}", f"  {query.query}"]
    return lines
