"""The capacity rules: one function each, over one namespace."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from servewright.check.capacity.demanded import amounts_demanded
from servewright.check.capacity.limits import filled_in, outside_limit_ranges
from servewright.check.capacity.quotas import quotas_exceeded
from servewright.check.capacity.rollouts import rollouts_without_room
from servewright.check.capacity.tenant import Tenant, limited_tenants
from servewright.check.summary import Summary
from servewright.diagnostics.model import Finding
from servewright.resolve.context import Context

RULES: tuple[Callable[[Tenant], Iterable[Finding]], ...] = (
    quotas_exceeded,
    rollouts_without_room,
    amounts_demanded,
    outside_limit_ranges,
    filled_in,
)


def check_capacity(summaries: list[Summary], context: Context) -> list[Finding]:
    """Every rule over every namespace that has a quota or a limit range."""
    return [finding for tenant in limited_tenants(summaries, context) for rule in RULES for finding in rule(tenant)]
