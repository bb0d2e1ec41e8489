"""Findings to diagnostics: the Project's severities, waivers, exceptions, places, order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from servewright.diagnostics import codes
from servewright.diagnostics.codes import is_consequence
from servewright.diagnostics.model import (
    Diagnostic,
    Document,
    Finding,
    Note,
    Path,
    Related,
    Rule,
    Severity,
    Span,
    Where,
)
from servewright.diagnostics.short import short
from servewright.model.project import Project

ALLOW = "servewright.dev/allow"
_ALLOW_PATH: Path = ("metadata", "annotations", ALLOW)
_NO_SEVERITIES: Mapping[str, Severity] = {}


def finish(
    findings: Iterable[Finding],
    project: Project | None,
    documents: Iterable[tuple[Document, Mapping[str, str]]],
    by_release: Mapping[str, Severity] = _NO_SEVERITIES,
) -> tuple[Diagnostic, ...]:
    """Sorted, located diagnostics with their final severity.

    ``documents`` are the deployments with their annotations, which may waive errors; ``by_release`` are severities
    that the release gives to rules, by slug.
    """
    waivers = {
        (document.source.path, document.index): (document, _Waivers(document, annotations[ALLOW]))
        for document, annotations in documents
        if ALLOW in annotations
    }
    allowed = [_pattern(place) for place in project.spec.credentials.allow] if project else []
    diagnostics: list[Diagnostic] = []
    for finding in findings:
        if finding.rule is codes.CREDENTIAL and allowed and _is_allowed(finding, allowed):
            continue
        severity = _severity(finding, project, by_release)
        if severity == "off":
            continue
        if severity == "error" and isinstance(finding.where, Where) and waivers:
            document = finding.where.document
            _, waiver = waivers.get((document.source.path, document.index), (None, None))
            if waiver is not None and waiver.covers(finding, project):
                diagnostics.append(_located(waiver.report(finding), "info"))
                continue
        diagnostics.append(_located(finding, severity))  # type: ignore[arg-type]
    for _, waiver in waivers.values():
        diagnostics += [_located(finding, finding.rule.severity) for finding in waiver.leftovers()]
    # One problem can be met on two ways (a value, and the raw text around it); it is said once.
    return in_order(_without_echoes(dict.fromkeys(diagnostics)))


def is_error(
    finding: Finding,
    project: Project | None,
    waiving: tuple[Document, Mapping[str, str]] | None,
    by_release: Mapping[str, Severity] = _NO_SEVERITIES,
) -> bool:
    """Whether a finding would be an error of a run; ``waiving`` is its document, if that waives anything."""
    if _severity(finding, project, by_release) != "error":
        return False
    if finding.rule is codes.CREDENTIAL and project and project.spec.credentials.allow:
        return not _is_allowed(finding, [_pattern(place) for place in project.spec.credentials.allow])
    return waiving is None or not _Waivers(waiving[0], waiving[1][ALLOW]).covers(finding, project)


def errors(
    findings: Iterable[Finding],
    project: Project | None,
    documents: Iterable[tuple[Document, Mapping[str, str]]],
    by_release: Mapping[str, Severity] = _NO_SEVERITIES,
) -> tuple[Diagnostic, ...]:
    """As :func:`finish`, but errors only, without looking for the place of anything else."""
    worst = [finding for finding in findings if _severity(finding, project, by_release) == "error"]
    return tuple(item for item in finish(worst, project, documents, by_release) if item.severity == "error")


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Diagnostics as they are reported: those of the whole run first, then by place."""
    return tuple(sorted(diagnostics, key=_order))


def said_once(findings: Iterable[Finding]) -> list[Finding]:
    """Without what was found again at the same place, for another user of the same thing in the catalog."""
    kept: list[Finding] = []
    known: set[object] = set()
    for finding in findings:
        if finding.again and isinstance(finding.where, Where):
            document, path, on = finding.where
            key = finding.rule.code, finding.message, document.source.path, document.index, document.at, path, on
            if key in known:
                continue
            known.add(key)
        kept.append(finding)
    return kept


def _without_echoes(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Without what is said about a scalar that readers disagree about: it may not mean what was checked."""
    every = _without_second_credentials(diagnostics)
    doubtful = {_place(item) for item in every if item.code == codes.AMBIGUOUS_SCALAR.code}
    if not doubtful:
        return every
    return [item for item in every if item.code == codes.AMBIGUOUS_SCALAR.code or _place(item) not in doubtful]


def _without_second_credentials(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One finding for a value that gives itself away by its form and by its name: that which knows the field's help."""
    every = list(diagnostics)
    known = {_place(item) for item in every if item.code == codes.CREDENTIAL.code and item.object is not None}
    return [
        item
        for item in every
        if item.code != codes.CREDENTIAL.code or item.object is not None or _place(item) not in known
    ]


def _place(diagnostic: Diagnostic) -> tuple[str, int, int] | None:
    span = diagnostic.span
    return (span.file, span.line, span.column) if span else None


def _order(diagnostic: Diagnostic) -> tuple[object, ...]:
    span = diagnostic.span
    place = (1, span.file, span.line, span.column) if span else (0, "", 0, 0)
    return (*place, diagnostic.code, diagnostic.message, diagnostic.help or "", diagnostic.related)


def _severity(finding: Finding, project: Project | None, by_release: Mapping[str, Severity]) -> str:
    return severity_of(finding.rule, project, by_release)


def severity_of(rule: Rule, project: Project | None, by_release: Mapping[str, Severity] = _NO_SEVERITIES) -> str:
    """What a rule is in a Project, of a release that may have severities of its own; ``off`` included."""
    if rule.fixed:
        return rule.severity
    severity = by_release.get(rule.slug, rule.severity)
    if project is None or not project.spec.rules:
        return severity
    setting = project.spec.rules.get(rule.code) or project.spec.rules.get(rule.slug)
    return (setting.severity if setting else None) or severity


def _located(finding: Finding, severity: Severity) -> Diagnostic:
    rule = finding.rule
    related = tuple(Related(note.message, _span(note.where)) for note in finding.notes)
    return Diagnostic(
        rule.code,
        rule.slug,
        severity,
        finding.message,
        finding.help,
        _span(finding.where),
        related,
        finding.object,
        (finding.field or None) if finding.field is not None else _field(finding.where),
        finding.about,
    )


def _field(where: Where | Span | None) -> str | None:
    """The field that the place is, where a pass named no other."""
    if not isinstance(where, Where) or not where.path:
        return None
    from servewright.diagnostics.field_path import show

    return show(where.path)


def _span(where: Where | Span | None) -> Span | None:
    if where is None or isinstance(where, Span):
        return where
    from servewright.read.positions import locate

    return locate(where)


def _pattern(place: str) -> tuple[re.Pattern[str], re.Pattern[str] | None]:
    file, _, field = place.partition("#")

    def wildcard(text: str) -> re.Pattern[str]:
        # Each part is taken where it comes first, and not looked for again: no pattern takes long.
        first, *middle = (re.escape(part) for part in re.split(r"\*+", text))
        if not middle:
            return re.compile(first)
        return re.compile(first + "".join(f"(?>.*?{part})" for part in middle[:-1]) + ".*" + middle[-1], re.DOTALL)

    return wildcard(file), wildcard(field) if field else None


def _is_allowed(finding: Finding, allowed: list[tuple[re.Pattern[str], re.Pattern[str] | None]]) -> bool:
    where = finding.where
    file = where.file if isinstance(where, Span) else where.document.source.path if where else ""
    return any(
        pattern.fullmatch(file) and (field is None or (finding.field is not None and field.fullmatch(finding.field)))
        for pattern, field in allowed
    )


class _Waivers:
    """The waivers of one deployment: ``servewright.dev/allow: "SW311: reason"``, one per line."""

    def __init__(self, document: Document, text: str) -> None:
        self._where = Where(document, _ALLOW_PATH)
        self._reasons: dict[str, str] = {}
        self._used: set[str] = set()
        self._problems: list[Finding] = []
        for line in filter(None, map(str.strip, text.splitlines())):
            name, separator, reason = line.partition(":")
            rule = codes.BY_CODE.get(name.strip()) or codes.BY_SLUG.get(name.strip())
            if rule is None:
                self._problem(
                    f"a waiver starts with the code or slug of a rule, and `{short(name.strip(), 40)}` is none",
                    f'write `{ALLOW}: "SW311: reason"`, with the code that the message shows',
                )
            elif not separator or not reason.strip():
                self._problem(
                    f"the waiver of {rule.code} ({rule.slug}) gives no reason",
                    f'write `{ALLOW}: "{rule.code}: reason"`',
                )
            elif rule.fixed:
                self._problem(
                    f"{rule.code} ({rule.slug}) cannot be waived: the output would not work",
                    "remove the waiver and correct the spec",
                )
            else:
                self._reasons[rule.code] = reason.strip()

    def _problem(self, message: str, help_text: str) -> None:
        self._problems.append(Finding(codes.WAIVER_INVALID, message, self._where, help_text))

    def covers(self, finding: Finding, project: Project | None) -> bool:
        """Whether the finding is waived; a rule that the Project declares not waivable is not."""
        rule = finding.rule
        if rule.code not in self._reasons:
            return False
        rules = project.spec.rules if project else {}
        setting = rules.get(rule.code) or rules.get(rule.slug)
        if setting is not None and not setting.waivable:
            if rule.code not in self._used:
                self._problem(
                    f"{rule.code} ({rule.slug}) cannot be waived in this repository",
                    "ask the platform team, and remove the waiver",
                )
                self._used.add(rule.code)
            return False
        self._used.add(rule.code)
        return True

    def report(self, finding: Finding) -> Finding:
        """The waived finding, as information."""
        reason = self._reasons[finding.rule.code]
        return Finding(
            codes.WAIVED,
            f"{finding.rule.code} ({finding.rule.slug}) is waived: {reason}",
            finding.where,
            None,
            (Note(finding.message, None), Note("the waiver", self._where)),
            finding.object,
            finding.field,
        )

    def leftovers(self) -> list[Finding]:
        """Waivers that could not be read, and those that were not needed."""
        # What a change does is found by `diff` alone, and no longer once it is merged: such a waiver was needed.
        unused = sorted(code for code in self._reasons.keys() - self._used if not is_consequence(code))
        return self._problems + [
            Finding(
                codes.WAIVER_UNUSED,
                f"nothing is waived by `{code}`: there is no such error",
                self._where,
                "remove the waiver",
            )
            for code in unused
        ]
