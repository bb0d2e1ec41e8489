"""What is worst about a change, so that it comes first and is cut last."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.change.model import DeploymentChange, Kind, Reported
from servewright.diagnostics.model import Diagnostic
from servewright.diagnostics.ranking import SEVERITIES, rank

# Of one severity, the worst first, each with how a table says it: what the cluster does not do, who gets at a model that
# should not, who loses one, what has to be seen to, and what just happens. Others come behind these.
RISKS = {
    "edit-refused": "refused by the cluster",
    "llmd-selector": "stuck in the controller",
    "connection-lost": "address lost",
    "mass-deletion": "mass deletion",
    "newly-unauthenticated": "no authentication",
    "newly-exposed": "exposed",
    "deployment-removed": "deleted",
    "deployment-renamed": "renamed",
    "model-stops": "stops",
    "model-downtime": "downtime",
    "profile-switched": "scheduling lost for a sync",
    "engine-takeover": "an engine takes over",
    "sync-outdated": "not synced yet",
    "restarts-many": "several models restart",
    "rule-loosened": "rule loosened",
    "connection-changes": "connection changes",
    "url-changes": "other URL",
    "request-changes": "other requests",
    "access-tightened": "wants a token",
    "callers-removed": "callers lose access",
    "rollout-accelerators": "needs free accelerators",
    "deployment-added": "new",
    "model-restarts": "restarts",
    "model-source": "other model source",
    "runtime-image": "another image",
    "demand-changes": "resources change",
    "rollout-extra": "extra pods in the rollout",
    "strategy-changes": "other strategy",
    "model-starts": "starts",
}
_ORDER = {slug: position for position, slug in enumerate(RISKS)}
_LEAST = (len(SEVERITIES), 0)

Rank = tuple[int, int]


def consequence_rank(consequence: Diagnostic) -> Rank:
    """Small for what is bad: by severity, then by what happens."""
    return rank(consequence), _ORDER.get(consequence.slug, len(_ORDER))


def worst_first(consequences: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Consequences, the worst first; those of one kind in the order given."""
    return sorted(consequences, key=consequence_rank)


def consequences_of(item: DeploymentChange, reported: Reported) -> list[Diagnostic]:
    """The consequences of one deployment, the worst first."""
    return worst_first(reported.consequences.get((item.namespace, item.name), ()))


def of_renaming(item: DeploymentChange, reported: Reported) -> list[Diagnostic]:
    """The consequences of one deployment, or of the other half of its renaming, where all is told."""
    own = consequences_of(item, reported)
    if own or item.other is None:
        return own
    return worst_first(reported.consequences.get(item.other, ()))


def riskiest_first(reported: Reported) -> list[DeploymentChange]:
    """The deployments by what is worst about them; of two with the same worst, the one with more; then by name."""

    def key(item: DeploymentChange) -> tuple[list[Rank], str, Kind, str]:
        ranks = [*map(consequence_rank, of_renaming(item, reported)), _LEAST]
        return ranks, item.namespace, item.change, item.name

    return sorted(reported.change.deployments, key=key)


def effect(consequence: Diagnostic) -> str:
    """A consequence in two words."""
    return RISKS.get(consequence.slug, consequence.slug.replace("-", " "))
