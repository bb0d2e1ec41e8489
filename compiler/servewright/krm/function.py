"""The function: inputs compiled, objects added, findings as results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from servewright.compilation import Compilation, Unit, compile_repository, key_of
from servewright.diagnostics import codes
from servewright.diagnostics.finish import finish, in_order
from servewright.diagnostics.model import Diagnostic, Finding
from servewright.krm.inputs import LOCAL, Inputs, inputs_of, is_ours
from servewright.krm.resource_list import INDENT, KIND, Item, ResourceList, as_yaml
from servewright.krm.results import results_of
from servewright.lower.fields import Object
from servewright.parts.run import writer_for
from servewright.record import NamedTuple
from servewright.write.emit import emit
from servewright.write.files import Tree

_PATH, _INDEX = "internal.config.kubernetes.io/path", "internal.config.kubernetes.io/index"


class Answer(NamedTuple):
    """What the function says: a ResourceList, and what it found; with an error, the items are those that came."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    compilation: Compilation
    inputs: Inputs


def run_function(resources: ResourceList) -> Answer:
    """Render the inputs among ``resources``."""
    inputs = inputs_of(resources)
    if inputs.repository.project is None:
        nothing = Compilation(None, None, (), finish(inputs.repository.findings, None, ()), {}, 0, 0)
        return _refused(resources, nothing.diagnostics, nothing, inputs)
    compilation = compile_repository(inputs.repository)
    tree, writer = Tree(), writer_for(texts=False)
    for unit in compilation.units:
        tree.take(writer.part_of(unit))
    collisions = finish(_collisions(compilation.units, inputs.kept), compilation.project, ())
    diagnostics = in_order((*compilation.diagnostics, *tree.diagnostics(compilation), *collisions))
    if any(item.severity == "error" for item in diagnostics):
        return _refused(resources, diagnostics, compilation, inputs)
    items = (*map(_passed, inputs.kept), *_rendered(compilation.units, inputs.output))
    return Answer(_written(resources, items, results_of(diagnostics, inputs)), diagnostics, compilation, inputs)


def _refused(
    resources: ResourceList, diagnostics: tuple[Diagnostic, ...], compilation: Compilation, inputs: Inputs
) -> Answer:
    items = (item.text for item in resources.items)
    return Answer(_written(resources, items, results_of(diagnostics, inputs)), diagnostics, compilation, inputs)


def _passed(item: Item) -> str:
    """An item as it was; a document of ours is marked as none of the cluster's, which knows no such kind."""
    if not is_ours(item) or item.annotations.get(LOCAL) == "true":
        return item.text
    metadata = {**item.data["metadata"], "annotations": {**item.annotations, LOCAL: "true"}}
    data = {**item.data, "metadata": metadata}
    try:
        return _below_dash(emit([data]))
    except (TypeError, ValueError):  # a number that is not written into manifests; here it stays what it is
        return as_yaml(data)


def _rendered(units: Iterable[Unit], output: str) -> Iterator[str]:
    """The objects, each with the file that render would write it into."""
    for unit in units:
        path = f"{output}/{'/'.join(key_of(unit))}.yaml"
        for index, item in enumerate(unit.objects):
            metadata = item.body["metadata"]
            annotations = {**metadata.get("annotations", {}), _PATH: path, _INDEX: str(index)}
            yield _below_dash(emit([{**item.body, "metadata": {**metadata, "annotations": annotations}}]))


def _below_dash(text: str) -> str:
    first, *others = text.rstrip("\n").split("\n")
    return "\n".join([first, *(f"{INDENT}{line}" if line else "" for line in others)])


def _collisions(units: Iterable[Unit], kept: Iterable[Item]) -> Iterator[Finding]:
    """What is rendered and among the items already: an orchestrator would refuse one of the two, or replace it."""
    there = {(item.kind, item.namespace, item.name): item for item in kept}
    for unit in units:
        for each in unit.objects:
            if (found := there.get(each.identity)) is not None and _same_group(found, each):
                kind, namespace, name = each.identity
                yield Finding(
                    codes.OUTPUT_COLLISION,
                    f"the {kind} `{name}` of namespace `{namespace}` is rendered, and among the items already",
                    unit.where,
                    "keep the spec or the object, not both",
                )


def _same_group(item: Item, other: Object) -> bool:
    return item.api_version.rpartition("/")[0] == str(other.body["apiVersion"]).rpartition("/")[0]


def _written(resources: ResourceList, items: Iterable[str], results: list[dict[str, object]]) -> str:
    lines = [f"apiVersion: {resources.api_version}", f"kind: {KIND}"]
    listed = [f"- {text}" for text in items]
    lines += ["items:", *listed] if listed else ["items: []"]
    if resources.function_config is not None:
        lines += ["functionConfig:", f"{INDENT}{resources.function_config.text}"]
    if results:
        lines += ["results:", *(f"- {_below_dash(emit([each]))}" for each in results)]
    return "\n".join(lines) + "\n"
