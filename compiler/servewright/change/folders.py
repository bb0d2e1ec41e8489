"""Which folders of the tree come with a change, and which have nothing left: engines are told of some one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from servewright.change.model import DeploymentChange, FileChange, Folders
from servewright.change.outline import Outline
from servewright.diagnostics.model import Source

_OutlineOf = Callable[[Source], tuple[Outline, ...]]


def folders(
    deployments: Iterable[DeploymentChange],
    runtimes: Iterable[FileChange],
    emitting: tuple[Collection[str], Collection[str]],
    sources: tuple[Collection[Source], Collection[Source]],
    outline_of: _OutlineOf,
) -> Folders:
    """The folders that come and go. ``emitting`` are the namespaces that connections give objects to.

    That and ``sources`` are before and after, and everything.
    """
    kinds: dict[str, dict[str, set[str]]] = {"added": {}, "removed": {}}
    for folder, items in (("deployments", deployments), ("runtimes", runtimes)):
        for item in items:
            if item.change in kinds:
                kinds[item.change].setdefault(folder, set()).add(item.namespace)
    before, after = map(set, emitting)
    come, new = _others(kinds["added"], after - before, before, sources[0], outline_of)
    go, emptied = _others(kinds["removed"], before - after, after, sources[1], outline_of)
    return Folders(come, go, new, emptied)


def _others(
    touched: Mapping[str, set[str]],
    connections: set[str],
    connections_there: set[str],
    there: Collection[Source],
    outline_of: _OutlineOf,
) -> tuple[tuple[tuple[str, str], ...], frozenset[str]]:
    """What is touched and not in ``there``, the other side; and the namespaces of which nothing is there."""
    deployments, runtimes = touched.get("deployments", set()), touched.get("runtimes", set())
    used = _namespaces(deployments | runtimes | connections, there, outline_of, lambda item: True)
    sharing = _namespaces(runtimes, there, outline_of, lambda item: item.shares)
    found = {
        *((namespace, "deployments") for namespace in deployments - used),
        *((namespace, "runtimes") for namespace in runtimes - sharing),
        *((namespace, "connections") for namespace in connections),
    }
    return tuple(sorted(found)), frozenset({namespace for namespace, _ in found} - used - connections_there)


def _namespaces(
    wanted: set[str], sources: Collection[Source], outline_of: _OutlineOf, test: Callable[[Outline], bool]
) -> set[str]:
    """Those of ``wanted`` that have such a deployment; it is looked for until one is found."""
    missing = set(wanted)
    for source in sources:
        if not missing:
            break
        # A name is written as it is, unless the text has escapes.
        if "\\" in source.text or any(namespace in source.text for namespace in missing):
            missing -= {item.namespace for item in outline_of(source) if test(item)}
    return wanted - missing
