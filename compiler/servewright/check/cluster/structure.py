"""A schema as a tree of functions: what the API server checks of an object's structure before any CEL rule.

Each part of a schema becomes one function from a value to its problems, or None. It is made when the first object
has such a part, and kept. Nothing is copied: defaults and dropped nulls are taken into account where they matter.

Where this follows the API server and not JSON Schema (apiextensions-apiserver 0.35, in the order in which it acts):

- Server-side apply first reads the object by its schema (structured-merge-diff, typed/validate.go): undeclared fields,
  equal entries of a list that is a map or a set, and null entries of such lists are refused. Key fields that are left
  out have their defaults.
- A null is replaced by the default, if there is one (defaulting/algorithm.go). Otherwise it is of the wrong type, but
  where nullable. (That other writes drop it is no help: an apply does not.) Only what Go decodes into types of its
  own, which is metadata and all of Kubernetes' own kinds, takes any null for nothing.
- Defaults are filled in, then the rest is checked (kube-openapi, pkg/validation/validate). 1.0 is an integer up to
  2**53. Lengths count code points. Of the length and the pattern of a string only the first problem is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from servewright.check.cluster.scalars import (
    all_of,
    any_text,
    count_check,
    enum_checks,
    int_or_string,
    one_of_texts,
    scalar,
    wrong_type,
)
from servewright.check.cluster.uniqueness import keyed, unique_items
from servewright.check.cluster.violation import Check, Found, Violation, below_key, joined
from servewright.hints import Any, Final
from servewright.record import NamedTuple

Schema = dict[str, Any]


class Mode(NamedTuple):
    """Where a part stands.

    ``constraint``: in a branch of anyOf and the like, which declares nothing. ``inside_open``: below a part that
    preserves unknown fields, where an undeclared one is dropped, not refused. ``decoded``: read into types of Go's.
    """

    constraint: bool = False
    inside_open: bool = False
    decoded: bool = False


PLAIN: Final = Mode()
RuleHook = Callable[[Schema, "Structure"], "Check | None"]

_BRANCHES: Final = ("allOf", "anyOf", "oneOf", "not")
_UNDERSTOOD: Final = frozenset(
    (
        *("type", "enum", "default", "x-kubernetes-int-or-string", "x-kubernetes-validations"),
        *("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
        *("items", "minItems", "maxItems", "uniqueItems", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"),
        *("format", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *_BRANCHES,
        "x-kubernetes-preserve-unknown-fields",
    )
)
# What these say is in other keywords, too, or concerns no single object.
WITHOUT_EFFECT: Final = frozenset(
    (
        *("x-kubernetes-embedded-resource", "x-kubernetes-map-type", "x-kubernetes-group-version-kind"),
        *("$schema", "$defs", "$id", "title", "description", "x-servewright-scope"),
    )
)
# Groups that the API server serves itself, of which there may be kinds here; all others are custom resources.
_OWN_GROUPS: Final = frozenset(
    ("", "apps", "autoscaling", "batch", "policy", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io")
)


class UnsupportedSchemaError(ValueError):
    """A schema with a keyword that would change a verdict and is not known here."""


class Structure:
    """One kind's schema, made into functions as they are needed.

    ``hook`` may turn the ``x-kubernetes-validations`` of a part into a further check.
    """

    def __init__(self, root: Schema, hook: RuleHook | None = None) -> None:
        self.schema = root
        self.hook = hook
        self._definitions: Schema = root.get("$defs", {})
        self._checks: dict[tuple[str, Mode], Check] = {}
        identities = root.get("x-kubernetes-group-version-kind", ())
        own = any(item["group"] in _OWN_GROUPS for item in identities)
        self.mode = Mode(decoded=own)
        self._metadata = root.get("properties", {}).get("metadata")
        self.has_spec = "spec" in root.get("properties", {}) and "x-kubernetes-validations" not in root
        """Whether an object's spec can be checked apart from the rest; rules about the whole may concern it."""
        self.root = self.check_of(root, self.mode)

    @cached_property
    def spec(self) -> Check:
        """The function for the spec of objects."""
        return self.check_of(self.schema["properties"]["spec"], self.mode)

    @cached_property
    def all_but_spec(self) -> Check:
        """The function for the rest of them."""
        properties = self.schema["properties"] | {"spec": {}}
        return self.check_of(self.schema | {"properties": properties}, self.mode)

    def resolved(self, schema: Schema) -> Schema:
        """``schema``, or what it refers to."""
        reference = schema.get("$ref")
        if reference is None:
            return schema
        found: Schema = self._definitions[reference.removeprefix("#/$defs/")]
        if len(schema) > 1:
            found = found | {key: value for key, value in schema.items() if key != "$ref"}
        return self.resolved(found)

    def mode_of(self, schema: Schema, mode: Mode) -> Mode:
        """Where ``schema`` stands below a part that stands where ``mode`` says."""
        return mode._replace(decoded=True) if schema is self._metadata else mode

    def check_of(self, schema: Schema, mode: Mode = PLAIN) -> Check:
        """The function for a part."""
        reference = schema.get("$ref")
        mode = self.mode_of(schema, mode)
        if reference is None or len(schema) > 1 or mode.constraint:
            return self._made(self.resolved(schema), mode)
        known = self._checks.get((reference, mode))
        if known is None:
            known = self._checks[(reference, mode)] = self._made(self.resolved(schema), mode)
        return known

    def _made(self, schema: Schema, mode: Mode) -> Check:
        if unknown := schema.keys() - _UNDERSTOOD - WITHOUT_EFFECT:
            raise UnsupportedSchemaError(f"no translation for `{'`, `'.join(sorted(unknown))}`")
        check = self._typed(schema, mode)
        further = [*enum_checks(schema), *self._branches(schema)]
        if self.hook is not None and "x-kubernetes-validations" in schema:
            rules = self.hook(schema, self)
            if rules is not None:
                further.append(rules)
        if not further:
            return check
        whole = all_of(check, further)
        # Every object has two of these.
        return one_of_texts(schema, whole) if check is any_text and len(further) == 1 and "enum" in schema else whole

    def _typed(self, schema: Schema, mode: Mode) -> Check:
        types = schema.get("type")
        if isinstance(types, list):
            plain = [name for name in types if name != "null"]
            if len(plain) != 1:
                raise UnsupportedSchemaError(f"no translation for the types {types}")
            inner = self._typed(schema | {"type": plain[0]}, mode)
            return _nullable(inner)
        if schema.get("x-kubernetes-int-or-string"):
            nullable = {"type": "null"} in schema.get("anyOf", ())
            return _nullable(int_or_string(schema)) if nullable else int_or_string(schema)
        if types == "object" or (types is None and "properties" in schema):
            return self._object(schema, mode)
        if types == "array" or (types is None and "items" in schema):
            return self._array(schema, mode)
        if types is None:
            return _anything
        if mode.decoded and schema.get("format") == "byte":
            # Go takes an empty text for bytes, and line breaks in it; the kind's own rules decode it.
            return scalar({key: value for key, value in schema.items() if key != "format"}, types)
        return scalar(schema, types)

    def _object(self, schema: Schema, mode: Mode) -> Check:
        opened = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
        properties: Mapping[str, Schema] = schema.get("properties", {})
        below = mode._replace(inside_open=mode.inside_open or opened)
        values = schema.get("additionalProperties", True)
        if opened or mode.constraint or values is True:
            other: Check | None = _anything
        else:
            other = None if values is False else self.check_of(values, below)
        fields = _Fields(self, properties, other, below)
        # Nothing is declared in it: server-side apply takes all of it for free-form, and then everything is dropped.
        fields.refusal = ("dropped-field", "is dropped by the API server: its parent has no fields")
        if properties and not mode.inside_open:
            fields.refusal = ("unknown-field", "is not a field here")
        defaulted = frozenset(name for name, child in properties.items() if "default" in self.resolved(child))
        nullable = frozenset(name for name, child in properties.items() if _allows_null(self.resolved(child)))
        # Where a null is taken for nothing, or for the default.
        forgiven = frozenset(properties) if mode.decoded else defaulted
        forgiving = isinstance(values, dict) and (mode.decoded or "default" in self.resolved(values))
        required = tuple(name for name in schema.get("required", ()) if name not in defaulted)
        counts = count_check(schema, "Properties", "field")

        def check(value: Any) -> Found | None:
            if value.__class__ is not dict:
                return wrong_type("object", value)
            found: Found | None = None
            for key, item in value.items():
                wrong = fields[key](item)
                if wrong is not None:
                    if (
                        item is None
                        and key not in nullable
                        and (key in forgiven or (forgiving and key not in properties))
                    ):
                        continue  # nothing, or the default
                    found = joined(found, below_key(key, wrong))
            for name in required:
                if name not in value or (mode.decoded and value[name] is None and name not in nullable):
                    found = joined(found, [Violation((name,), "missing-field", "is required")])
            if counts is not None:
                wrong = counts(len(value) + len(defaulted - value.keys()))
                if wrong is not None:
                    found = joined(found, wrong)
            return found

        if not properties and other is any_text and not required and counts is None:
            return _texts(check)
        return check

    def _array(self, schema: Schema, mode: Mode) -> Check:
        items: Schema = schema.get("items", {})
        part = self.resolved(items)
        item_check = self.check_of(items, mode)
        counts = count_check(schema, "Items", "item")
        unique = self.uniqueness(schema, part)
        own_type = schema.get("x-kubernetes-list-type", "atomic")
        null_stays = "default" not in part and not (mode.decoded and own_type == "atomic")

        def check(value: Any) -> Found | None:
            if value.__class__ is not list and value.__class__ is not tuple:
                return wrong_type("array", value)
            found: Found | None = None
            for index, item in enumerate(value):
                wrong = item_check(item)
                if wrong is not None and (item is not None or null_stays):
                    found = joined(found, below_key(index, wrong))
            if counts is not None:
                wrong = counts(len(value))
                if wrong is not None:
                    found = joined(found, wrong)
            if unique is not None and value:
                wrong = unique(value)
                if wrong is not None:
                    found = joined(found, wrong)
            return found

        return check

    def uniqueness(self, schema: Schema, part: Schema) -> Check | None:
        """What finds equal entries of a list that is a map or a set."""
        kind = schema.get("x-kubernetes-list-type")
        if kind == "map":
            fields = {name: self.resolved(child) for name, child in part.get("properties", {}).items()}
            keys = {key: fields.get(key, {}).get("default") for key in schema["x-kubernetes-list-map-keys"]}
            required = part.get("required", ())
            return keyed(keys, may_lack_all=any(key in required for key in keys))
        return unique_items if kind == "set" or schema.get("uniqueItems") else None

    def _branches(self, schema: Schema) -> Iterable[Check]:
        for name in _BRANCHES:
            if name not in schema or (name == "anyOf" and schema.get("x-kubernetes-int-or-string")):
                continue
            branches = [schema[name]] if name == "not" else schema[name]
            yield _branch(name, [self.check_of(branch, Mode(constraint=True)) for branch in branches])


class _Fields(dict[Any, Check]):
    """The functions of an object's fields, made at the first use of each."""

    refusal = ("unknown-field", "is not a field here")

    def __init__(self, structure: Structure, properties: Mapping[str, Schema], other: Check | None, mode: Mode) -> None:
        super().__init__()
        self._structure, self._properties, self._other, self._mode = structure, properties, other, mode

    def __missing__(self, key: Any) -> Check:
        schema = self._properties.get(key)
        if schema is not None:
            made = self._structure.check_of(schema, self._mode)
            self[key] = made
            return made
        if not isinstance(key, str):
            return _not_text
        # What is not declared is not kept: there is no end to such names.
        return self._other if self._other is not None else self._refuse

    def _refuse(self, _: Any) -> Found:
        return [Violation((), *self.refusal)]


def _anything(_: Any) -> None:
    return None


def _not_text(_: Any) -> Found:
    return [Violation((), "wrong-type", "has a name that is not a string")]


def _allows_null(schema: Schema) -> bool:
    types = schema.get("type")
    return (isinstance(types, list) and "null" in types) or {"type": "null"} in schema.get("anyOf", ())


def _texts(otherwise: Check) -> Check:
    """``otherwise``, not asked for what every object has: mappings of nothing but texts."""

    def check(value: Any) -> Found | None:
        if value.__class__ is not dict:
            return otherwise(value)
        for key, item in value.items():
            if item.__class__ is not str or key.__class__ is not str:
                return otherwise(value)
        return None

    return check


def _nullable(inner: Check) -> Check:
    return lambda value: None if value is None else inner(value)


def _branch(name: str, checks: list[Check]) -> Check:
    def check(value: Any) -> Found | None:
        if name == "allOf":
            return [problem for branch in checks for problem in branch(value) or ()] or None
        matching = sum(branch(value) is None for branch in checks)
        if name == "not":
            return [Violation((), "value", "is one of the values that are excluded here")] if matching else None
        if matching == 0 or (name == "oneOf" and matching > 1):
            wanted = "exactly one" if name == "oneOf" else "at least one"
            return [Violation((), "value", f"matches {matching} of {len(checks)} choices, must match {wanted}")]
        return None

    return check
