"""Plain text for a terminal: wrapped prose, tables, and lines to copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from servewright.diagnostics.escape import redact, visible

WIDTH = 100


def printable(lines: Iterable[str]) -> str:
    """The lines as they may be printed: no credentials, no characters that act; ends with a line break."""
    return "".join(f"{visible(redact(line)).rstrip()}\n" for line in lines)


def prose(text: str, indent: int = 2, hanging: int = 0) -> list[str]:
    """``text`` wrapped; its line breaks do not count. Lines after the first are indented by ``hanging`` more."""
    import textwrap

    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def bullets(texts: Iterable[str], indent: int = 2) -> list[str]:
    """One item each, behind a dash."""
    return [line for text in texts for line in prose(f"- {text}", indent, 2)]


def table(rows: Sequence[Sequence[str]], indent: int = 2) -> list[str]:
    """Columns two blanks apart; the last one is wrapped below itself. Rows have equal lengths."""
    if not rows:
        return []
    widths = [max(len(one_line(row[column])) for row in rows) for column in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [one_line(cell) for cell in row]
        head = " " * indent + "".join(f"{cell:<{width}}  " for cell, width in zip(cells, widths, strict=False))
        wrapped = prose(cells[-1], len(head)) or [""]
        lines += [head + wrapped[0].strip(), *wrapped[1:]]
    return lines


def verbatim(text: str, indent: int = 2) -> list[str]:
    """Lines to copy, only indented."""
    return [" " * indent + line if line else "" for line in text.split("\n")]


def one_line(text: str) -> str:
    """``text`` without line breaks, so that it cannot leave its cell or its comment."""
    return " ".join(text.split())
