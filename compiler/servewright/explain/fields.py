"""Single fields explained: the value, where it comes from, and where in the inputs that is written."""

from __future__ import annotations

from itertools import pairwise

from servewright.check.rules.containers import MODEL_CONTAINER
from servewright.compilation import Compilation, Unit
from servewright.diagnostics.escape import REDACTED
from servewright.diagnostics.field_path import exists, show, value_at
from servewright.diagnostics.model import Document, Path, Where
from servewright.explain.explanation import main_kind, units_of
from servewright.explain.field_path import Wanted, all_paths, follow, parse
from servewright.explain.refusal import Refusal
from servewright.explain.sources import default_of, source_of
from servewright.hints import Any
from servewright.lower.fields import Object, Origin
from servewright.lower.origins import Traced, trace, trace_below
from servewright.read.credentials import argument_pair, secret_env_name
from servewright.read.positions import locate
from servewright.record import NamedTuple
from servewright.resolve.decisions import Decisions


class Written(NamedTuple):
    """A place in an input file; line and column count from 1."""

    file: str
    line: int
    column: int


class FieldOrigin(NamedTuple):
    """Where the field at ``path`` comes from.

    ``field`` is the field of the spec that decided, ``written`` its place; where it is not written, ``default`` says
    what its default is. ``defined`` is the place of the profile, template or connection that gave the value.
    """

    path: str
    kind: str
    why: str
    field: str | None
    written: Written | None
    defined: Written | None
    default: str | None


class FieldAnswer(NamedTuple):
    """A field of an object: one origin, or several when parts of the value come from different places."""

    object: str
    path: str
    value: Any
    origins: tuple[FieldOrigin, ...]


class _Searched(NamedTuple):
    item: Object
    unit: Unit


def explain_fields(text: str, key: tuple[str, str], compilation: Compilation) -> tuple[FieldAnswer, ...] | Refusal:
    """The field ``[KIND[/NAME]:]PATH`` of every object that is meant; without KIND, of the service."""
    wanted = parse(text)
    if wanted is None:
        return Refusal(
            f"`{text}` is not a field",
            "write a path like `spec.predictor.minReplicas` or `metadata.annotations['openshift.io/display-name']`",
        )
    decisions = compilation.decisions[key]
    units = units_of(decisions, compilation)
    objects = [_Searched(item, unit) for unit in units for item in unit.objects]
    kind = wanted.kind or main_kind(decisions)
    meant = [
        found for found in objects if found.item.body["kind"] == kind and wanted.name in (None, found.item.identity[2])
    ]
    if not meant:
        return _no_object(kind, wanted.name, objects)
    spec = units[0].where.document
    answers = [
        _answer(found, path, spec, decisions, compilation)
        for found in meant
        if (path := follow(found.item.body, wanted.steps)) is not None
    ]
    return tuple(answers) or _no_field(wanted, meant, objects)


def _answer(
    found: _Searched, path: Path, spec: Document, decisions: Decisions, compilation: Compilation
) -> FieldAnswer:
    item, unit = found
    value = value_at(item.body, path)
    # A shared runtime is written for every deployment that uses it: this one's spec explains it as well as any.
    document = unit.where.document if unit.folder == "connections" else spec
    owner = None if unit.folder == "connections" else decisions
    traces = trace_below(item, path, value, owner)
    if len(traces) == 1:
        traces = [trace(item, path, owner)._replace(origin=traces[0].origin)]
    origins = []
    for traced in traces:
        asked = path if len(traces) == 1 else traced.path
        origins.append(_origin(traced, asked, item, document, decisions, compilation))
    # The whole object is looked at: what a value is named like may stand beside it.
    shown = value_at(_without_secrets(item.body), path)
    return FieldAnswer("/".join(item.identity), show(path), shown, tuple(origins))


def _origin(
    traced: Traced, asked: Path, item: Object, document: Document, decisions: Decisions, compilation: Compilation
) -> FieldOrigin:
    origin = traced.origin
    value = value_at(item.body, asked)
    path = _exact(origin, asked[len(traced.path) :], value, document)
    written = _written(Where(document, path)) if path and exists(document.data, path) else None
    source = source_of(origin, asked, value, decisions, compilation)
    return FieldOrigin(
        show(asked),
        origin.kind,
        source.why,
        show(path) if path else None,
        written,
        _written(source.where) if source.where else None,
        None if written or not path else default_of(path, decisions),
    )


def _exact(origin: Origin, rest: Path, value: Any, document: Document) -> Path:
    """The field of the spec, down to the element where the spec has the same one at the same place."""
    path = (*origin.path, *rest)
    if rest and exists(document.data, path) and value_at(document.data, path) == value:
        return path
    return origin.path


def _written(where: Where) -> Written:
    span = locate(where)
    return Written(span.file, span.line, span.column)


def _without_secrets(value: Any) -> Any:
    """``value`` without what variables and arguments carry that are named like secrets.

    Such a spec is refused, but what is wrong with it may well be looked into with this command.
    """
    if isinstance(value, list):
        hidden = {index + 1 for index, pair in enumerate(pairwise(value)) if _gives_secret(*pair)}
        return [REDACTED if index in hidden else _without_secrets(item) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    kept = {key: _without_secrets(item) for key, item in value.items()}
    name = value.get("name")
    if isinstance(name, str) and isinstance(value.get("value"), str) and secret_env_name(name):
        kept["value"] = REDACTED
    return kept


def _gives_secret(option: Any, value: Any) -> bool:
    return argument_pair().regex.match(f"{option}, {value}") is not None


def _no_object(kind: str, name: str | None, objects: list[_Searched]) -> Refusal:
    from servewright.diagnostics.suggest import did_you_mean

    kinds = sorted({found.item.body["kind"] for found in objects})
    near = did_you_mean(kind, kinds)
    if kind in kinds:
        names = [found.item.identity[2] for found in objects if found.item.body["kind"] == kind]
        return Refusal(f"no {kind} is called `{name}`", f"write {' or '.join(f'`{kind}/{item}`' for item in names)}")
    listing = ", ".join(f"`{item}`" for item in kinds)
    return Refusal(
        f"no {kind} is emitted for this deployment",
        f"did you mean `{near}`?" if near else f"the kinds are {listing}",
    )


def _in_runtime(steps: tuple[str | int, ...], objects: list[_Searched]) -> Path | None:
    """Where a runtime has what a service's `model` lacks: KServe lays the service's container over the runtime's."""
    model = ("spec", "predictor", "model")
    for found in objects:
        if found.item.body["kind"] == "ServingRuntime" and steps[: len(model)] == model:
            for index, container in enumerate(found.item.body["spec"]["containers"]):
                below = follow(container, steps[len(model) :])
                if below and container.get("name") == MODEL_CONTAINER:
                    return ("spec", "containers", index, *below)
    return None


def _no_field(wanted: Wanted, meant: list[_Searched], objects: list[_Searched]) -> Refusal:
    from servewright.diagnostics.suggest import did_you_mean

    asked = show(wanted.steps)
    kind = meant[0].item.body["kind"]
    elsewhere = [
        found.item.body["kind"]
        for found in objects
        if found not in meant and follow(found.item.body, wanted.steps) is not None
    ]
    runtime = _in_runtime(wanted.steps, objects) if wanted.kind is None else None
    near = did_you_mean(asked, {show(path) for found in meant for path in all_paths(found.item.body)})
    if wanted.kind is None and elsewhere:
        help_text = f"the {elsewhere[0]} has one: write `{elsewhere[0]}:{asked}`"
    elif runtime is not None:
        help_text = f"the runtime's container has it: write `ServingRuntime:{show(runtime)}`"
    elif near is not None:
        help_text = f"did you mean `{near}`?"
    else:
        help_text = f"it is not written, so its default counts; the fields begin with {', '.join(f'`{key}`' for key in meant[0].item.body)}"
    return Refusal(f"the {kind} has no field `{asked}`", help_text)
