"""What a change does, for a terminal: each deployment with its consequences, and its fields before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from servewright.change.model import DeploymentChange, FileChange, Kind, ObjectChange, Reported
from servewright.change.paths import show
from servewright.change.reports.counts import (
    FOLDERS,
    NOTHING,
    called,
    how,
    is_empty,
    number_of,
    what_changes,
    what_happens,
)
from servewright.change.reports.risk import consequences_of, worst_first
from servewright.change.reports.values import ABSENT, shown_pair
from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.model import Diagnostic
from servewright.record import NamedTuple

_SIGNS: dict[Kind, str] = {"added": "+", "removed": "-", "changed": "~"}
_COLORS: dict[Kind, str] = {"added": "1;32", "removed": "1;31", "changed": "1;33"}
_SEVERITY = {"error": "1;31", "warning": "1;33", "info": "1;36"}
_HELP = "1;36"
_PLACE = "1;34"
_MOST_FIELDS = 100  # of an object


def render(reported: Reported, *, color: bool = False) -> str:
    """The report; ``color`` is for terminals that want it."""
    if is_empty(reported):
        return f"{NOTHING}\n"
    paint = _Paint(color)
    sections = [
        *([_consequences(worst_first(reported.others), "", paint)] if reported.others else []),
        *(_deployment(item, consequences_of(item, reported), paint) for item in reported.change.deployments),
        *(_file(item, paint) for item in reported.change.files),
    ]
    last = "; ".join(filter(None, (what_changes(reported), what_happens(reported))))
    lines = [line for section in sections for line in [*section, ""]]
    return "".join(f"{line.rstrip()}\n" for line in [*lines, last])


class _Paint(NamedTuple):
    """Wraps text in a terminal colour, or does not."""

    color: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def _deployment(item: DeploymentChange, consequences: Sequence[Diagnostic], paint: _Paint) -> list[str]:
    lines = [_head(item.change, f"{item.namespace}/{item.name}", _how(item), paint)]
    lines += _consequences(consequences, "    ", paint)
    lines += [line for changed in item.objects for line in _object(changed, paint)]
    if item.runtime is not None:
        lines.append(f"    uses {_line('/'.join(item.runtime.identity))}, which is {item.runtime.change} too")
    return lines


def _how(item: DeploymentChange) -> str:
    if item.renamed is None:
        return how(item)
    return f"{item.change}: {'was' if item.change == 'added' else 'becomes'} {called(item)}"


def _file(item: FileChange, paint: _Paint) -> list[str]:
    users = f", used by {', '.join(item.users)}" if item.users else ""
    how = f"{FOLDERS[item.folder]} {item.change}{users}"
    lines = [_head(item.change, f"{item.namespace}/{item.name}", how, paint)]
    return lines + [line for changed in item.objects for line in _object(changed, paint)]


def _head(change: Kind, name: str, how: str, paint: _Paint) -> str:
    return f"{paint(_COLORS[change], f'{_SIGNS[change]} {_line(name)}')}  {_line(how)}"


def _consequences(consequences: Sequence[Diagnostic], indent: str, paint: _Paint) -> list[str]:
    lines = []
    for item in consequences:
        head = paint(_SEVERITY[item.severity], f"{item.severity}[{item.code}]")
        lines.append(f"{indent}{head} {item.slug}: {_line(item.message)}")
        if item.span:
            place = f"{_line(item.span.file)}:{item.span.line}:{item.span.column}"
            lines.append(f"{indent}  {paint(_PLACE, '-->')} {place}")
        if item.help is not None:
            lines.append(f"{indent}  {paint(_PLACE, '=')} {paint(_HELP, 'help:')} {_line(item.help)}")
    return lines


def _object(item: ObjectChange, paint: _Paint) -> Iterator[str]:
    yield f"    {paint(_COLORS[item.change], _SIGNS[item.change])} {_line('/'.join(item.identity))}"
    for field in item.fields[:_MOST_FIELDS]:
        before, after = shown_pair(field.before, field.after)
        yield f"        {_line(show(field.path))}: {_side(before, paint)} → {_side(after, paint)}"
    if len(item.fields) > _MOST_FIELDS:
        yield f"        … and {number_of(len(item.fields) - _MOST_FIELDS, 'field')} more; --format json has all"


def _side(text: str, paint: _Paint) -> str:
    return paint("2", text) if text == ABSENT else visible(text)


def _line(text: str) -> str:
    """A text in one line, without what would act on a terminal; so nothing of a repository starts a line."""
    return visible(redact(text))
