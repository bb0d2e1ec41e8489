"""The words for a text that is not YAML at all: what libyaml stumbled over, and characters that no reader agrees on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from servewright.diagnostics import codes
from servewright.diagnostics.model import Finding, Note, Source, Span
from servewright.read.events import MAX_DEPTH, forbidden_pattern, text_start
from servewright.read.positions import end_of_line, span_between
from servewright.record import NamedTuple


class _Syntax(NamedTuple):
    """What libyaml says (parts of its context and problem), and what that means to the one who wrote the text.

    ``at_start``: the place to look at is where the construct starts, not where libyaml gave up.
    """

    context: str
    problem: str
    message: str
    help: str
    at_start: bool = False


_UNQUOTED = "quote the value"
_NO_TAG = "a YAML tag is not allowed"
_TOO_DEEP = f"this is nested more than {MAX_DEPTH} levels deep"
# Where libyaml gives up before our own reader could have said it.
_RULES = {_NO_TAG: codes.TAG_NOT_ALLOWED, _TOO_DEEP: codes.NESTING_TOO_DEEP}

# The first row that fits.
_SYNTAX = (
    _Syntax("quoted scalar", "unexpected end of stream", "the quote is never closed", "close it", True),
    _Syntax(
        "quoted scalar", "unexpected document", "the quote is not closed before the next document", "close it", True
    ),
    _Syntax(
        "quoted scalar",
        "unknown escape",
        "YAML knows no such escape",
        "write `\\\\` for a backslash, or use single quotes",
    ),
    _Syntax("quoted scalar", "", "this escape stands for no character", "write the character itself"),
    _Syntax("", "ould not find expected ':'", "a key has no `:` behind it", "write `key: value` on one line", True),
    _Syntax("alias", "", "`*` starts an alias, and this is no name of one", "quote text that starts with `*`", True),
    _Syntax("anchor", "", "`&` starts an anchor, and this is no name of one", "quote text that starts with `&`", True),
    _Syntax("tag", "", _NO_TAG, "remove it, or quote text that starts with `!`", True),
    _Syntax("", "undefined tag handle", _NO_TAG, "remove it, or quote text that starts with `!`"),
    _Syntax("directive", "", "a `%` directive is not allowed", "remove the line, or quote text that starts with `%`"),
    _Syntax("", "directive", "a `%` directive is not allowed", "remove the line"),
    _Syntax("", "incompatible YAML document", "a `%` directive is not allowed", "remove the line"),
    _Syntax("", "tab character", "a tab cannot indent in YAML", "use spaces"),
    _Syntax("block scalar", "", "`|` and `>` stand alone on their line, for text below it", _UNQUOTED, True),
    _Syntax(
        "",
        "mapping values are not allowed",
        "a `:` is not allowed here",
        "indent this line like its neighbours; quote a value that contains `: `",
    ),
    _Syntax("", "mapping keys are not allowed", "a `?` is not allowed here", _UNQUOTED),
    _Syntax(
        "", "entries are not allowed", "a `-` is not allowed here", "start the list on a line of its own, below its key"
    ),
    _Syntax(
        "",
        "did not find expected '-' indicator",
        "this line is not indented like the list before it",
        "align it with the `-` of the list, or with the key above it",
    ),
    _Syntax("", "expected key", "this line is not indented like the ones before it", "align it with its keys"),
    _Syntax("", "' or ']'", "a list in `[…]` is not closed, or lacks a comma", "write `[a, b]`; quote items with `: `"),
    _Syntax("", "' or '}'", "a mapping in `{…}` is not closed, or lacks a comma", "write `{a: 1, b: 2}`"),
    _Syntax("", "node content", "a value is missing here, or a bracket too many", "correct it, or quote the value"),
    _Syntax("", "maximum nesting depth", _TOO_DEEP, "flatten the document"),
    _Syntax("", "<document start>", "a document ends before this", "start the next one with a `---` line"),
)


def syntax_error(source: Source, context: str, problem: str, context_at: int | None, problem_at: int) -> Finding:
    """What libyaml could not read; its own words are kept where we have none that are better."""
    text = source.text
    at = problem_at
    message, help_text = f"not well-formed YAML: {problem}", None
    row = next((row for row in _SYNTAX if row.context in context and row.problem in problem), None)
    if row is not None:
        at = context_at if row.at_start and context_at is not None else problem_at
        message, help_text = row.message, row.help
    elif "cannot start any token" in problem:
        message, help_text = _wrong_start(text[at : at + 1])
    line = text[text.rfind("\n", 0, at) + 1 : end_of_line(text, at)]
    if line.startswith(("<<<<<<< ", "=======", ">>>>>>> ")):
        message, help_text = "a merge conflict is not resolved", "keep one side, and remove the marker lines"
    notes: tuple[Note, ...] = ()
    if "flow" in context and context_at is not None and context_at < at:
        notes = (Note("it starts here", span_between(source, context_at, context_at + 1)),)
    where = span_between(source, at, min(at + 1, end_of_line(text, at)))
    return Finding(_RULES.get(message, codes.YAML_SYNTAX), message, where, help_text, notes)


def too_many_errors(source: Source, index: int) -> Finding:
    """What is not read because so much before it was broken."""
    return Finding(
        codes.YAML_SYNTAX,
        "too many documents of this file are broken: the rest of it is not read",
        span_between(source, index, index),
        "correct the errors above first",
    )


def _wrong_start(character: str) -> tuple[str, str]:
    if character == "\t":
        return "a tab cannot indent, or follow a `:`, in YAML", "use spaces"
    shown = "a backquote" if character == "`" else f"`{character}`"
    return f"text cannot start with {shown}", _UNQUOTED


_MOST_CHARACTERS = 10


def forbidden_characters(source: Source) -> tuple[list[int], list[Finding]]:
    """Where characters are that no input may hold, and findings for the first ones, one a line."""
    indices = [found.start() for found in forbidden_pattern().finditer(source.text, text_start(source.text))]
    findings: list[Finding] = []
    shown_until = -1
    for index in indices:
        if index >= shown_until and len(findings) < _MOST_CHARACTERS:
            findings.append(_forbidden_character(source, index))
            shown_until = end_of_line(source.text, index)
    return indices, findings


def without_syntax_errors(source: Source, findings: list[Finding], extents: Sequence[tuple[int, int]]) -> list[Finding]:
    """``findings`` but the syntax errors in ``extents``, which only follow from the characters refused there."""
    lines = sorted(span_between(source, start, end - 1)[1:4:2] for start, end in extents)
    firsts = [first for first, _ in lines]

    def follows(finding: Finding) -> bool:
        if finding.rule is not codes.YAML_SYNTAX or not isinstance(finding.where, Span):
            return False
        number = bisect_right(firsts, finding.where.line) - 1
        return number >= 0 and finding.where.line <= lines[number][1]

    return [finding for finding in findings if not follows(finding)]


def _forbidden_character(source: Source, index: int) -> Finding:
    code = ord(source.text[index])
    line_break = code in (0x85, 0x2028, 0x2029)
    escape = f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return Finding(
        codes.YAML_SYNTAX,
        f"the character U+{code:04X} is "
        + ("a line break to some YAML readers and none to others" if line_break else "not allowed in YAML"),
        span_between(source, index, index + 1),
        "remove it" if 0xD800 <= code < 0xE000 else f'remove it, or write `{escape}` within `"…"`',
    )
