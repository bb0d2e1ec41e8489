"""What a change does, as the one comment of a pull request: headline, table, and each deployment folded.

The first line is a hidden marker, by which a workflow finds the comment and edits it in place. What does not fit is
left out in whole sections, from the least risky end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from servewright.change.model import DeploymentChange, FieldChange, FileChange, Kind, ObjectChange, Reported
from servewright.change.paths import show
from servewright.change.reports.counts import (
    FOLDERS,
    NOTHING,
    called,
    every,
    how,
    is_empty,
    number_of,
    what_changes,
    what_happens,
)
from servewright.change.reports.risk import consequences_of, effect, of_renaming, riskiest_first, worst_first
from servewright.change.reports.values import ABSENT, shown_pair
from servewright.diagnostics.markdown import CALM, LIMIT, MARKS
from servewright.diagnostics.markup import cell_code, cell_prose, code, html_code, prose
from servewright.diagnostics.model import Diagnostic
from servewright.diagnostics.ranking import worst_first as worst_severity_first
from servewright.hints import TypeVar

MARKER = "<!-- servewright-diff -->"
# Shares of the limit. A section has room for one more even when it is as long as it may be.
_OTHERS, _ROWS, _CONSEQUENCES, _FIELDS = 10_000, 16_000, 6_000, 8_000
_RESERVED = 1_000  # for saying what was left out
_ELSEWHERE = "`servewright diff` shows all of them"
_MOST_USERS = 20

T = TypeVar("T")


def render(reported: Reported) -> str:
    """The comment."""
    if is_empty(reported):
        return f"{MARKER}\n### {CALM} servewright: {NOTHING} in the cluster\n"
    text = f"{MARKER}\n### {_mark(every(reported))} servewright: {what_changes(reported) or _unknown(reported)}\n"
    happens = what_happens(reported)
    text += f"\n{happens}.\n" if happens else "\nNo consequences are known.\n"
    others, left_out = _fitting(worst_first(reported.others), _consequence, _OTHERS)
    text += "\n" + "".join(others) + _and_more(left_out, "") if others or left_out else ""
    deployments = riskiest_first(reported)
    if deployments:
        rows, left_out = _fitting(deployments, lambda item: _row(item, reported), _ROWS)
        text += "\n| | Deployment | Change | What happens |\n|---|---|---|---|\n" + "".join(rows)
        text += f"\n… and {number_of(left_out, 'deployment')} more.\n" if left_out else ""

    def section(item: DeploymentChange | FileChange) -> str:
        own = _file(item) if isinstance(item, FileChange) else _deployment(item, reported)
        return f"\n{own}"

    room = LIMIT - _RESERVED - len(text.encode())
    parts: list[DeploymentChange | FileChange] = [*deployments, *reported.change.files]
    sections, left_out = _fitting(parts, section, room)
    text += "".join(sections)
    if left_out:
        text += f"\n… and {number_of(left_out, 'section')} more that would not fit here; {_ELSEWHERE}.\n"
    return text


def _unknown(reported: Reported) -> str:
    wrong = any(found.severity == "error" for found in reported.others)
    return "what changes cannot be said" if wrong else NOTHING


def _fitting(items: Sequence[T], write: Callable[[T], str], room: int) -> tuple[list[str], int]:
    """The first of the items as text, as many as take no more than ``room`` bytes, and how many others there are."""
    kept: list[str] = []
    for item in items:
        text = write(item)
        room -= len(text.encode())
        if room < 0:
            break
        kept.append(text)
    return kept, len(items) - len(kept)


def _and_more(number: int, word: str) -> str:
    return f"- … and {number_of(number, word) if word else f'{number:,}'} more\n" if number else ""


def _mark(consequences: Sequence[Diagnostic]) -> str:
    worst = worst_severity_first(consequences)
    return MARKS[worst[0].severity] if worst else CALM


# --- the table -------------------------------------------------------------------------------------------------------


def _row(item: DeploymentChange, reported: Reported) -> str:
    effects = dict.fromkeys(effect(found) for found in of_renaming(item, reported))
    cells = (
        _mark(of_renaming(item, reported)),
        cell_code(f"{item.namespace}/{item.name}"),
        _how(item),
        cell_prose(", ".join(effects)) or "–",
    )
    return f"| {' | '.join(cells)} |\n"


def _how(item: DeploymentChange) -> str:
    if item.renamed is None:
        return how(item)
    return f"{item.change}, {'was' if item.change == 'added' else 'becomes'} {cell_code(called(item))}"


# --- details ---------------------------------------------------------------------------------------------------------


def _deployment(item: DeploymentChange, reported: Reported) -> str:
    consequences = consequences_of(item, reported)
    head = f"{_mark(of_renaming(item, reported))} {html_code(f'{item.namespace}/{item.name}')} {item.change}{_sizes(item.objects)}"
    lines, left_out = _fitting(consequences, _consequence, _CONSEQUENCES)
    text = "".join(lines) + _and_more(left_out, "consequence")
    if item.renamed is not None and not consequences:
        text += f"\nWhat that means is told of {code(called(item))}.\n"
    if item.runtime is not None:
        text += f"\nIt uses {code('/'.join(item.runtime.identity))}, which is {item.runtime.change} too.\n"
    return _folded(head, text.lstrip("\n"), item.objects, any(found.severity == "error" for found in consequences))


def _file(item: FileChange) -> str:
    name = html_code(f"{item.namespace}/{item.name}")
    head = f"{FOLDERS[item.folder]} {name} {item.change}{_sizes(item.objects)}"
    users = ", ".join(map(code, item.users[:_MOST_USERS]))
    more = len(item.users) - _MOST_USERS
    users += f" and {more:,} more" if more > 0 else ""
    return _folded(head, f"Used by {users}.\n" if users else "", item.objects)


def _folded(head: str, text: str, objects: Sequence[ObjectChange], unfolded: bool = False) -> str:
    parts = [part for part in (text, _objects(objects)) if part]
    body = "\n".join(parts) if parts else "No object of it changes.\n"
    return f"<details{' open' if unfolded else ''}>\n<summary>{head}</summary>\n\n{body}\n</details>\n"


def _sizes(objects: Sequence[ObjectChange]) -> str:
    fields = sum(len(item.fields) for item in objects)
    if fields:
        return f" · {number_of(fields, 'field')}"
    return f" · {number_of(len(objects), 'object')}" if objects else ""


def _consequence(found: Diagnostic) -> str:
    place = f" ({code(f'{found.span.file}:{found.span.line}')})" if found.span else ""
    text = f"- {MARKS[found.severity]} **{found.code}** {found.slug}: {prose(found.message)}{place}"
    return text + (f"<br>\n  **Help:** {prose(found.help)}\n" if found.help is not None else "\n")


def _objects(objects: Sequence[ObjectChange]) -> str:
    """A table of the fields that differ, and lists of the objects that come and go."""
    text = ""
    for change, words in _WHOLE.items():
        whole = [item for item in objects if item.change == change]
        names, left_out = _fitting(whole, lambda item: f"- {code('/'.join(item.identity))}\n", _FIELDS)
        if whole:
            text += f"{words}:\n\n" + "".join(names) + _and_more(left_out, "object") + "\n"
    kinds = [item.identity[0] for item in objects]
    fields = [(item, field) for item in objects for field in item.fields]
    rows, left_out = _fitting(fields, lambda pair: _field_row(*pair, kinds), _FIELDS)
    if fields:
        text += "| Object | Field | Before | After |\n|---|---|---|---|\n" + "".join(rows)
        text += f"\n… and {number_of(left_out, 'field')} more.\n" if left_out else ""
    return text.rstrip("\n") + "\n" if text else ""


_WHOLE: dict[Kind, str] = {"added": "Created", "removed": "Deleted"}


def _field_row(item: ObjectChange, field: FieldChange, kinds: Sequence[str]) -> str:
    kind, _, name = item.identity
    held_by = cell_code(kind if kinds.count(kind) == 1 else f"{kind}/{name}")
    before, after = (_side(text) for text in shown_pair(field.before, field.after))
    return f"| {held_by} | {cell_code(show(field.path))} | {before} | {after} |\n"


def _side(text: str) -> str:
    return "–" if text == ABSENT else cell_code(text)
