"""The quotas of a deployment's namespace: what this model takes, what all models of the repository do, what is left."""

from __future__ import annotations

from servewright.compilation import Compilation
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions


class QuotaRow(NamedTuple):
    """An amount that a quota allows, while nothing changes; what runs besides the repository's models is not known."""

    quota: str
    name: str
    allowed: str
    this: str
    together: str
    left: str


def quotas_of(decisions: Decisions, compilation: Compilation) -> tuple[QuotaRow, ...]:
    """A row for each amount of each quota that counts pods."""
    context, namespace = compilation.context, decisions.naming.namespace
    if context is None or all(key[0] != namespace for key in context.catalog.quotas):
        return ()
    from servewright.check.capacity.quotas import steady
    from servewright.check.capacity.tenant import limited_tenants
    from servewright.check.capacity.usage import counts_pods, spell
    from servewright.check.demand import demand_of
    from servewright.check.summary import Summary

    units = {
        unit.name: unit for unit in compilation.units if (unit.namespace, unit.folder) == (namespace, "deployments")
    }
    summaries = [
        Summary.of_deployment(
            item, units[name].objects, units[name].where.document, demand_of(item, units[name].objects)
        )
        for (place, name), item in compilation.decisions.items()
        if place == namespace
    ]
    rows = []
    for tenant in limited_tenants(summaries, context):
        for quota in tenant.quotas:
            for name, hard in sorted(quota.hard.items()):
                if counts_pods(name):
                    uses = {load.summary.name: steady(load, quota, name) for load in tenant.loads}
                    this, together = uses.get(decisions.naming.name, 0), sum(uses.values())
                    amounts = (spell(name, value) for value in (this, together, hard.value - together))
                    rows.append(QuotaRow(quota.name, name, hard.canonical, *amounts))
    return tuple(rows)
