"""How many deployments namespaces have, before and after; asked only about those that lose one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from servewright.change.outline import Outline
from servewright.diagnostics.model import Source

Counts = dict[str, tuple[int, int]]


def population(
    namespaces: Collection[str],
    before: Mapping[str, Source],
    after: Mapping[str, Source],
    unclear: Collection[str],
    outline_of: Callable[[Source], tuple[Outline, ...]],
) -> Counts:
    """The number of deployments of each of the namespaces, by the names in the files (by path) of both sides.

    A file of ``unclear`` may hold what it held before: what cannot be read is not taken for removed.
    """
    names: dict[str, tuple[set[str], set[str]]] = {namespace: (set(), set()) for namespace in sorted(namespaces)}

    def count(source: Source, *sides: int) -> None:
        # A name is written as it is, unless the text has escapes.
        if "\\" in source.text or any(namespace in source.text for namespace in names):
            for item in outline_of(source):
                for side in sides if item.namespace in names else ():
                    names[item.namespace][side].add(item.name)

    for path in sorted({*before, *after}) if names else ():
        first, second = before.get(path), after.get(path)
        if first is not None:
            count(first, *((0, 1) if first == second or path in unclear else (0,)))
        if second is not None and first != second:
            count(second, 1)
    return {namespace: (len(sides[0]), len(sides[1])) for namespace, sides in names.items()}
