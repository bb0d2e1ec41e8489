"""Diagnostics for people: what is wrong, the line it is about, and what to write instead.

The form is the one that cargo and ruff have taught everybody to read. Everything that is printed went through
:mod:`servewright.diagnostics.escape`, the quoted lines through :mod:`servewright.diagnostics.frame`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from servewright.diagnostics.escape import redact, visible
from servewright.diagnostics.frame import Excerpts
from servewright.diagnostics.model import Diagnostic, Source, Span
from servewright.record import NamedTuple

_BOLD = "1"
_GUTTER = "1;34"
_HELP = "1;36"
_SEVERITY = {"error": "1;31", "warning": "1;33", "info": "1;36"}


def render_text(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], *, color: bool, width: int | None = None
) -> str:
    """Return ``diagnostics`` in the order given, a blank line between two, as text that ends with a line break.

    ``sources`` holds the input files by the path that spans name; a span in any other file is shown without a frame.
    Messages are wrapped at ``width``, that of a terminal; without one a message is one line, which can be searched for.
    """
    excerpts = Excerpts(diagnostics, sources)
    return "\n".join(_render(diagnostic, excerpts, _Paint(color), width) for diagnostic in diagnostics)


class _Paint(NamedTuple):
    """Wraps text in a terminal colour, or does not."""

    color: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def _render(diagnostic: Diagnostic, excerpts: Excerpts, paint: _Paint, width: int | None) -> str:
    severity = _SEVERITY[diagnostic.severity]
    head = f"{diagnostic.severity}[{diagnostic.code}]"
    first, *rest = _wrapped(f"{head} {diagnostic.slug}: ", _line(diagnostic.message), 4, width)
    lines = [paint(severity, head) + paint(_BOLD, first.removeprefix(head)), *(paint(_BOLD, line) for line in rest)]
    span = diagnostic.span
    margin = " " * len(str(span.line)) if span else " "
    bar = paint(_GUTTER, f"{margin} |")
    notes = [*_notes(diagnostic, margin, paint, width)]
    if span:
        lines.append(f"{paint(_GUTTER, f'{margin}-->')} {_place(span)}")
        frame = excerpts.frame(diagnostic)
        if frame:
            quoted = f" {frame.text}" if frame.text else ""
            carets = " " * frame.indent + paint(severity, "^" * frame.carets)
            lines += [bar, paint(_GUTTER, f"{span.line} |") + quoted, f"{bar} {carets}"]
            lines += [bar] if notes else []
    return "\n".join([*lines, *notes]) + "\n"


def _notes(diagnostic: Diagnostic, margin: str, paint: _Paint, width: int | None) -> list[str]:
    entries = [
        ("note", f"{_place(related.span)}: " if related.span else "", related.message) for related in diagnostic.related
    ]
    if diagnostic.help is not None:
        entries.append(("help", "", diagnostic.help))
    lines: list[str] = []
    for label, prefix, text in entries:
        head = f"{margin} = {label}: "
        first, *rest = _wrapped(head, f"{prefix}{_line(text)}", len(head), width)
        lines.append(f"{margin} {paint(_GUTTER, '=')} {paint(_HELP, f'{label}:')} {first[len(head) :]}".rstrip())
        lines += rest
    return lines


# Narrower than this, words would stand one below the other.
_NARROWEST = 40


def _wrapped(head: str, text: str, indent: int, width: int | None) -> list[str]:
    """``text`` behind ``head``, in lines of at most ``width`` columns that break between words only."""
    if width is None or width < _NARROWEST or len(head) + len(text) <= width:
        return [head + text]
    import textwrap

    lines = textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    # A first word that does not fit is wrapped away from its head, which is then alone.
    return lines if lines[0].startswith(head) else [head, *lines[1:]]


def _line(text: str) -> str:
    """Return a message as it may be printed: a line break in it comes from an input, and is shown, not made.

    So no input can start a line, which is where CI systems look for commands.
    """
    return visible(redact(text)).rstrip()


def _place(span: Span) -> str:
    return f"{visible(span.file)}:{span.line}:{span.column}"
