"""Objects as a YAML stream with comments: whoever reviews it sees why a line is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from servewright.write.emit import emit

Json = dict[str, object]


def stream(header: str, objects: Sequence[Mapping[str, object]], comments: Mapping[str, str]) -> str:
    """``objects`` as one YAML stream below ``header``.

    ``comments`` belong to lines: to the first that reads ``key: …`` or is the whole line, without its indentation. Only
    the first, since what is said once need not be said for each namespace.
    """
    left = dict(comments)
    lines = [f"# {line}".rstrip() for line in header.splitlines()]
    literal: int | None = None  # the indentation below which a block literal ends: what is in it is not ours to mark
    for line in emit(objects).splitlines():
        content = line.lstrip(" ")
        indent = len(line) - len(content)
        if literal is not None and content and indent <= literal:
            literal = None
        if literal is None:
            key = content if content in left else f"{content.partition(':')[0]}:"
            if key in left:
                lines += [f"{' ' * indent}# {part}" for part in left.pop(key).splitlines()]
            if content.endswith((": |", ": |-")):
                literal = indent
        lines.append(line)
    return "\n".join(lines) + "\n"
