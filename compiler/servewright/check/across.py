"""Checks across deployments, on small summaries.

All but one look at the deployments and connections of one namespace: nothing in a namespace can be in the way of
anything in another. So a namespace in which nothing has changed need not be checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from servewright.check.builtin_images import builtin_runtimes, default_images
from servewright.check.collisions import owned_by_controllers, produced_twice
from servewright.check.duplicates import duplicates
from servewright.check.runtime_priorities import conflicting_priorities
from servewright.check.served_names import served_twice
from servewright.check.shared_runtimes import shared_runtimes
from servewright.check.summary import Summary
from servewright.diagnostics.model import Finding
from servewright.resolve.context import Context


def _capacity(summaries: list[Summary], context: Context) -> list[Finding]:
    if not context.catalog.quotas and not context.catalog.limit_ranges:
        return []  # and nothing of it is loaded
    from servewright.check.capacity.rules import check_capacity

    return check_capacity(summaries, context)


CHECKS: tuple[Callable[[list[Summary], Context], list[Finding]], ...] = (
    duplicates,
    produced_twice,
    owned_by_controllers,
    shared_runtimes,
    conflicting_priorities,
    served_twice,
    _capacity,
)


def check_namespaces(summaries: list[Summary], context: Context) -> list[Finding]:
    """Everything that only shows when all of a namespace is known; ``summaries`` are those of one or more."""
    return [finding for check in CHECKS for finding in check(summaries, context)]


def check_across(summaries: Iterable[Summary], context: Context) -> list[Finding]:
    """Everything that only shows when all deployments are known."""
    every = list(summaries)
    return check_namespaces(every, context) + default_images(builtin_runtimes(every).values(), context)
