"""What a change does, as the one comment of a pull request: headline, table, and each deployment folded.

The first line is a hidden marker, by which a workflow finds the comment and edits it in place. What does not fit is
left out in whole sections, from the least risky end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from servewright.change.model import DeploymentChange, FileChange, Kind, ObjectChange, Reported
from servewright.change.paths import show
from servewright.change.reports.counts import NOTHING, every, is_empty, number_of, what_changes, what_happens
from servewright.change.reports.risk import consequences_of, effect, riskiest_first, worst_first
from servewright.change.reports.values import ABSENT, shown_pair
from servewright.diagnostics.markup import cell_code, cell_prose, code, html_code, prose
from servewright.diagnostics.model import Diagnostic, Severity
from servewright.diagnostics.ranking import worst_first as worst_severity_first

MARKER = "<!-- servewright-diff -->"
LIMIT = 60_000  # bytes; a comment on GitHub holds 65,536 characters
# Shares of it. A section has room for one more even when it is as long as it may be.
_OTHERS, _ROWS, _CONSEQUENCES, _FIELDS = 10_000, 16_000, 6_000, 8_000
_RESERVED = 1_000  # for saying what was left out
_ELSEWHERE = "`servewright diff` shows all of them"
_MARKS: dict[Severity, str] = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}
_CALM = "✅"
_MOST_USERS = 20


def render(reported: Reported) -> str:
    """The comment."""
    if is_empty(reported):
        return f"{MARKER}\n### {_CALM} servewright: {NOTHING} in the cluster\n"
    text = f"{MARKER}\n### {_mark(every(reported))} servewright: {what_changes(reported) or 'no deployment changes'}\n"
    happens = what_happens(reported)
    text += f"\n{happens}.\n" if happens else "\nNo consequences are known.\n"
    others, left_out = _fitting(map(_consequence, worst_first(reported.others)), _OTHERS)
    text += "\n" + "".join(others) + _and_more(left_out, "") if others or left_out else ""
    deployments = riskiest_first(reported)
    if deployments:
        rows, left_out = _fitting((_row(item, consequences_of(item, reported)) for item in deployments), _ROWS)
        text += "\n| | Deployment | Change | What happens |\n|---|---|---|---|\n" + "".join(rows)
        text += f"\n… and {number_of(left_out, 'deployment')} more.\n" if left_out else ""
    sections = [*((item, None) for item in deployments), *((None, item) for item in reported.change.files)]
    details, left_out = _fitting(
        (f"\n{_deployment(one, reported) if one else _file(two)}" for one, two in sections),  # type: ignore[arg-type]
        LIMIT - _RESERVED - len(text.encode()),
    )
    text += "".join(details)
    if left_out:
        text += f"\n… and {number_of(left_out, 'section')} more that would not fit here; {_ELSEWHERE}.\n"
    return text


def _fitting(pieces: Iterable[str], room: int) -> tuple[list[str], int]:
    """The first pieces that take no more than ``room`` bytes, and how many others there are."""
    kept: list[str] = []
    left_out = 0
    for piece in pieces:
        room -= len(piece.encode())
        if left_out or room < 0:
            left_out += 1
        else:
            kept.append(piece)
    return kept, left_out


def _and_more(number: int, word: str) -> str:
    return f"- … and {number_of(number, word) if word else f'{number:,}'} more\n" if number else ""


def _mark(consequences: Sequence[Diagnostic]) -> str:
    worst = worst_severity_first(consequences)
    return _MARKS[worst[0].severity] if worst else _CALM


# --- the table -------------------------------------------------------------------------------------------------------


def _row(item: DeploymentChange, consequences: Sequence[Diagnostic]) -> str:
    effects = dict.fromkeys(effect(found) for found in consequences)
    cells = (
        _mark(consequences),
        cell_code(f"{item.namespace}/{item.name}"),
        _how(item),
        cell_prose(", ".join(effects)) or "–",
    )
    return f"| {' | '.join(cells)} |\n"


def _how(item: DeploymentChange) -> str:
    if item.renamed is None:
        return item.change
    return f"{item.change}, {'was' if item.change == 'added' else 'becomes'} {cell_code(item.renamed)}"


# --- details ---------------------------------------------------------------------------------------------------------


def _deployment(item: DeploymentChange, reported: Reported) -> str:
    consequences = consequences_of(item, reported)
    objects = (*item.objects, *((item.runtime,) if item.runtime else ()))
    head = f"{_mark(consequences)} {html_code(f'{item.namespace}/{item.name}')} {item.change}"
    lines, left_out = _fitting(map(_consequence, consequences), _CONSEQUENCES)
    text = "".join(lines) + _and_more(left_out, "consequence")
    return _folded(f"{head}{_sizes(objects)}", text, objects)


def _file(item: FileChange) -> str:
    word = {"connections": "connection", "runtimes": "shared runtime"}[item.folder]
    head = f"{word} {html_code(f'{item.namespace}/{item.name}')} {item.change}{_sizes(item.objects)}"
    users = ", ".join(map(code, item.users[:_MOST_USERS]))
    more = len(item.users) - _MOST_USERS
    users += f" and {more} more" if more > 0 else ""
    return _folded(head, f"Used by {users}.\n" if users else "", item.objects)


def _folded(head: str, text: str, objects: Sequence[ObjectChange]) -> str:
    parts = [part for part in (text, _objects(objects)) if part]
    body = "\n".join(parts) if parts else "No object of it changes.\n"
    return f"<details>\n<summary>{head}</summary>\n\n{body}\n</details>\n"


def _sizes(objects: Sequence[ObjectChange]) -> str:
    fields = sum(len(item.fields) for item in objects)
    if fields:
        return f" · {number_of(fields, 'field')}"
    return f" · {number_of(len(objects), 'object')}" if objects else ""


def _consequence(found: Diagnostic) -> str:
    place = f" ({code(f'{found.span.file}:{found.span.line}')})" if found.span else ""
    text = f"- {_MARKS[found.severity]} **{found.code}** {found.slug}: {prose(found.message)}{place}"
    return text + (f"<br>\n  **Help:** {prose(found.help)}\n" if found.help is not None else "\n")


def _objects(objects: Sequence[ObjectChange]) -> str:
    """A table of the fields that differ, and lists of the objects that come and go."""
    text = ""
    for change, words in _WHOLE.items():
        names, left_out = _fitting(
            (f"- {code('/'.join(x.identity))}\n" for x in objects if x.change == change), _FIELDS
        )
        if names or left_out:
            text += f"{words}:\n\n" + "".join(names) + _and_more(left_out, "object") + "\n"
    rows, left_out = _fitting(_field_rows(objects), _FIELDS)
    if rows or left_out:
        text += "| Object | Field | Before | After |\n|---|---|---|---|\n" + "".join(rows)
        text += f"\n… and {number_of(left_out, 'field')} more.\n" if left_out else ""
    return text.rstrip("\n") + "\n" if text else ""


_WHOLE: dict[Kind, str] = {"added": "Created", "removed": "Deleted"}


def _field_rows(objects: Sequence[ObjectChange]) -> Iterable[str]:
    kinds = [item.identity[0] for item in objects]
    for item in objects:
        kind, _, name = item.identity
        object_ = cell_code(kind if kinds.count(kind) == 1 else f"{kind}/{name}")
        for field in item.fields:
            before, after = (_side(text) for text in shown_pair(field.before, field.after))
            yield f"| {object_} | {cell_code(show(field.path))} | {before} | {after} |\n"


def _side(text: str) -> str:
    return "–" if text == ABSENT else cell_code(text)
