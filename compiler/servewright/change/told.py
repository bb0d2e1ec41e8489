"""A change and what was found about it, as the reports want it: severities, waivers, places, counts."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.change.model import Change, Reported
from servewright.change.severities import judging
from servewright.change.side import Key, Surroundings
from servewright.diagnostics import codes
from servewright.diagnostics.finish import ALLOW, finish, in_order
from servewright.diagnostics.model import Diagnostic, Finding

_UNUSED = codes.WAIVER_UNUSED.code


def reported(
    change: Change,
    found: Iterable[tuple[Key | None, Finding]],
    others: Iterable[Diagnostic],
    around: Surroundings,
    before: Surroundings,
) -> Reported:
    """What is printed, judged by the stricter rules of both sides. A waiver in the head's document counts, or in the base's for a deployment that is removed."""
    by_deployment: dict[Key | None, list[Finding]] = {}
    for key, finding in found:
        by_deployment.setdefault(key, []).append(finding)
    project = judging(before, around)
    severities = around.context.release.severities if around.context else {}
    listed = {(item.namespace, item.name) for item in change.deployments}
    elsewhere = [finding for key, findings in by_deployment.items() if key not in listed for finding in findings]
    consequences: dict[Key, tuple[Diagnostic, ...]] = {}
    for item in change.deployments:
        key = (item.namespace, item.name)
        version = item.after or item.before
        if key not in by_deployment or version is None:
            continue
        annotations = version.decisions.deployment.metadata.annotations
        waiving = [(version.document.bare(), annotations)] if ALLOW in annotations else []
        # What is wrong with a waiver by itself is not the change's, and was said if it is new.
        known = finish((), project, waiving, severities)
        told = finish(by_deployment[key], project, waiving, severities)
        told = tuple(diagnostic for diagnostic in told if diagnostic.code != _UNUSED and diagnostic not in known)
        if told:
            consequences[key] = told
    rest = in_order((*finish(elsewhere, project, (), severities), *others))
    return Reported(change, consequences, rest, _summary(change, (*rest, *sum(consequences.values(), ()))))


def without_change(others: tuple[Diagnostic, ...]) -> Reported:
    """A report where nothing could be compared, with the reasons."""
    change = Change((), (), {})
    return Reported(change, {}, others, _summary(change, others))


def _summary(change: Change, diagnostics: Iterable[Diagnostic]) -> dict[str, int]:
    severities = [diagnostic.severity for diagnostic in diagnostics]
    objects = [item for deployment in change.deployments for item in deployment.objects]
    objects += [item for file in change.files for item in file.objects]
    return {
        **{kind: sum(item.change == kind for item in change.deployments) for kind in ("added", "removed", "changed")},
        "objects": len(objects),
        **{f"{severity}s": severities.count(severity) for severity in ("error", "warning", "info")},
    }
