"""Which rules a change loosens, and how a change is judged that does.

What a change does is judged by the stricter of both sides, so that no change turns off the guard that it would meet.
"""

from __future__ import annotations

from collections.abc import Mapping

from servewright.change.model import Loosened
from servewright.change.side import Surroundings
from servewright.diagnostics import codes
from servewright.diagnostics.field_path import exists
from servewright.diagnostics.finish import severity_of
from servewright.diagnostics.model import Path, Rule, Severity, Where
from servewright.model.project import Project, RuleSetting

_ORDER = ("off", "info", "warning", "error")


def judging(before: Surroundings, around: Surroundings) -> Project | None:
    """The head's Project, with the stricter of both sides for each rule of changes."""
    project = around.project
    if project is None or before.project is None or before.project.spec.rules == project.spec.rules:
        return project
    rules = dict(project.spec.rules)
    for rule in filter(lambda rule: codes.is_consequence(rule.code), codes.BY_CODE.values()):
        sides = before.project, project
        severity = max((severity_of(rule, side, _by_release(around)) for side in sides), key=_ORDER.index)
        rules.pop(rule.slug, None)
        rules[rule.code] = RuleSetting(severity, all(_is_waivable(rule, side) for side in sides))
    return project._replace(spec=project.spec._replace(rules=rules))


def loosened(before: Surroundings, around: Surroundings) -> tuple[Loosened, ...]:
    """The rules that the head's servewright.yaml makes less severe than the base's, or lets deployments waive."""
    if before.project is None or around.project is None:
        return ()
    found = []
    for name in sorted({*before.project.spec.rules, *around.project.spec.rules}):
        rule = codes.BY_CODE.get(name) or codes.BY_SLUG.get(name)
        if rule is None:
            continue
        old, new = (severity_of(rule, side, _by_release(around)) for side in (before.project, around.project))
        waivable = _is_waivable(rule, around.project) and not _is_waivable(rule, before.project)
        if _ORDER.index(new) < _ORDER.index(old) or waivable:
            found.append(Loosened(rule, old, new, waivable, _place(rule, around)))
    return tuple({item.rule.code: item for item in found}.values())


def _by_release(around: Surroundings) -> Mapping[str, Severity]:
    return around.context.release.severities if around.context else {}


def _is_waivable(rule: Rule, project: Project) -> bool:
    setting = project.spec.rules.get(rule.code) or project.spec.rules.get(rule.slug)
    return setting is None or setting.waivable


def _place(rule: Rule, around: Surroundings) -> Where | None:
    """The rule in the head's servewright.yaml, or what is around it."""
    settings = around.settings
    if settings is None:
        return None
    paths: tuple[Path, ...] = (("spec", "rules", rule.code), ("spec", "rules", rule.slug), ("spec", "rules"), ("spec",))
    path = next((path for path in paths if exists(settings.data, path)), ())
    return Where(settings, path, "key" if len(path) < 3 else "value")
