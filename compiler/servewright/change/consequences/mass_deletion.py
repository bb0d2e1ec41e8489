"""More models are deleted than a change usually means to."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.subject import Consequence, Fleet
from servewright.diagnostics import codes

RULE = codes.MASS_DELETION
# Of the deployments of a namespace; whoever means to delete more says so.
_SHARE = 5  # one in five: 20 %


def check(fleet: Fleet) -> Iterator[Consequence]:
    """One consequence per namespace. A renamed deployment is no loss here: as many are left, and it has its own rule."""
    if fleet.allow_deletions:
        return
    removed: dict[str, list[str]] = {}
    for edit in fleet.change.deployments:
        if edit.change == "removed" and edit.renamed is None:
            removed.setdefault(edit.namespace, []).append(edit.name)
    for namespace, name in fleet.change.lost:
        removed.setdefault(namespace, []).append(name)
    for namespace, names in sorted(removed.items()):
        before, after = fleet.change.population.get(namespace, (len(names), 0))
        if after and len(names) * _SHARE <= before:
            continue
        one = len(names) == 1
        share = f"{len(names)} of {before}, {100 * len(names) // before} %" if after else "all that there were"
        yield Consequence(
            f"{len(names)} deployment{' is' if one else 's are'} removed from the namespace `{namespace}` ({share}): {'its' if one else 'their'} objects and pods are deleted, while files of models in storage stay",
            "if that is meant, the label `allow-deletions` on the pull request lets it through (the workflows of `servewright init` read it), or `--allow-deletions`; if not, was a spec moved out of the deployment folders, or lost in a merge?",
        )
