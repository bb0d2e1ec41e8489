"""A schema as a tree of tests: whether a value is surely as the schema wants it, in as few steps as that takes.

Nearly every object is fine, and of those nobody asks what is wrong where. So a part of a schema has a second function
beside that of ``structure.py``, which says yes or "look closer". It knows what objects of deployments consist of; null,
branches, counts and whatever else is seldom it leaves to the other one, so that the two never differ in a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from servewright.check.cluster.structure import WITHOUT_EFFECT, Mode, Schema, Structure
from servewright.check.cluster.violation import Check, Found
from servewright.hints import Any, Final

Test = Callable[[Any], bool] | type[Any]
"""Whether a value is surely fine; a class means that all that is of exactly this class is."""
Holds = Callable[[Found], bool]
"""Whether the rules hold that a part asks for."""

# A part of a schema with other keywords than these is left to the structure.
_ANY: Final = WITHOUT_EFFECT | {"type", "default"}
_OF_OBJECTS: Final = _ANY | {"properties", "required", "additionalProperties"}
_OF_ARRAYS: Final = _ANY | {"items", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"}
_OF_INTEGERS: Final = _ANY | {"minimum", "maximum", "format"}
_RANGES: Final = {"int32": (-(2**31), 2**31 - 1)}
_ALL: Final = (-(2**63), 2**63 - 1)
_OF_QUANTITIES: Final = frozenset({"x-kubernetes-int-or-string", "anyOf", "pattern"})

# How many texts are remembered of a part, and of which length: a fleet has a few amounts of each resource.
_REMEMBERED: Final = 512
_LONGEST: Final = 64


class Soundness:
    """The tests of one kind's schema, made as they are needed; ``holds`` decides about its rules."""

    def __init__(self, structure: Structure, holds: Holds) -> None:
        self._structure, self._holds = structure, holds
        self._tests: dict[tuple[str, Mode], Test] = {}

    def test_of(self, schema: Schema, mode: Mode) -> Test:
        """The test of a part."""
        mode = self._structure.mode_of(schema, mode)
        reference = schema.get("$ref")
        if reference is None or len(schema) > 1:
            return self._made(self._structure.resolved(schema), mode)
        known = self._tests.get((reference, mode))
        if known is None:
            known = self._tests[reference, mode] = self._made(self._structure.resolved(schema), mode)
        return known

    def root(self, given: Mapping[str, Test]) -> Test:
        """The test of whole objects; the ``given`` ones are for fields, in place of what the schema says of them."""
        structure = self._structure
        return self._made(structure.schema, structure.mode, given)

    def has_common_metadata(self) -> bool:
        """Whether the kind's metadata has names, labels and annotations of any texts, and needs nothing more."""
        structure = self._structure
        metadata = structure.schema.get("properties", {}).get("metadata", {})
        mode = structure.mode_of(metadata, structure.mode)
        schema = structure.resolved(metadata)
        properties = schema.get("properties", {})
        return (
            schema.get("type") == "object"
            and schema.keys() <= _OF_OBJECTS
            and _NAMES.issuperset(schema.get("required", ()))
            and all(name in properties and self.test_of(properties[name], mode) is wanted for name, wanted in _COMMON)
        )

    def _made(self, schema: Schema, mode: Mode, given: Mapping[str, Test] | None = None) -> Test:
        if "x-kubernetes-validations" in schema and self._structure.hook is not None:
            bare = {key: value for key, value in schema.items() if key != "x-kubernetes-validations"}
            return self._ruled(self._made(bare, mode, given), self._structure.hook(schema, self._structure))
        match schema.get("type"):
            case "object" if schema.keys() <= _OF_OBJECTS:
                return self._object(schema, mode, given or {})
            case "array" if schema.keys() <= _OF_ARRAYS:
                return self._array(schema, mode)
            case "string" if schema.keys() <= _ANY:
                return str
            case "boolean" if schema.keys() <= _ANY:
                return bool
            case "string" if schema.keys() <= _ANY | {"enum"}:
                return _one_of(schema["enum"])
            case "integer" if schema.keys() <= _OF_INTEGERS:
                return _between(schema)
            case "string" if schema.keys() <= _ANY | {"pattern", "minLength", "maxLength"}:
                return _Remembered(self._closer(schema, mode))
            case None if schema.keys() <= _ANY | _OF_QUANTITIES and "x-kubernetes-int-or-string" in schema:
                return _Remembered(self._closer(schema, mode))
        return never if given else self._closer(schema, mode)

    def _closer(self, schema: Schema, mode: Mode) -> Test:
        """What the structure says of a value; null it may take for nothing, so it is never sure of that."""
        check: Check | None = None

        def test(value: Any) -> bool:
            nonlocal check
            if check is None:
                check = self._structure.check_of(schema, mode)
            return value is not None and check(value) is None

        return test

    def _ruled(self, inner: Test, rules: Check | None) -> Test:
        if rules is None:
            return inner
        of_class = inner.__class__ is type
        holds = self._holds

        def test(value: Any) -> bool:
            if value.__class__ is not inner and (of_class or not inner(value)):
                return False
            return holds(rules(value) or [])

        return test

    def _object(self, schema: Schema, mode: Mode, given: Mapping[str, Test]) -> Test:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        values = schema.get("additionalProperties", True)
        if given and values is not False:
            return never
        if not isinstance(values, bool):
            return self._closer(schema, mode) if properties else _mapping_of(self.test_of(values, mode))
        if values:
            return self._closer(schema, mode)
        resolved = self._structure.resolved
        required = [name for name in schema.get("required", ()) if "default" not in resolved(properties.get(name, {}))]
        tests = _Fields(self, properties, mode, given)

        def test(value: Any) -> bool:
            if value.__class__ is not dict:
                return False
            for name in required:
                if name not in value:
                    return False
            for key, item in value.items():
                wanted = tests[key]
                if item.__class__ is not wanted and (wanted.__class__ is type or not wanted(item)):
                    return False
            return True

        return test

    def _array(self, schema: Schema, mode: Mode) -> Test:
        part = self._structure.resolved(schema.get("items", {}))
        wanted = self.test_of(schema.get("items", {}), mode)
        of_class = wanted.__class__ is type
        key = _only_key(schema, part)
        unique = None if key is not None else self._structure.uniqueness(schema, part)

        def test(value: Any) -> bool:
            if value.__class__ is not list and value.__class__ is not tuple:
                return False
            for item in value:
                if item.__class__ is not wanted and (of_class or not wanted(item)):
                    return False
            if key is not None:
                return len(value) < 2 or len({item[key] for item in value}) == len(value)
            return unique is None or not value or unique(value) is None

        return test


class _Fields(dict[Any, Test]):
    """The tests of an object's fields, made at the first use of each."""

    def __init__(
        self, soundness: Soundness, properties: Mapping[str, Schema], mode: Mode, given: Mapping[str, Test]
    ) -> None:
        super().__init__(given)
        self._soundness, self._properties, self._mode = soundness, properties, mode

    def __missing__(self, name: Any) -> Test:
        if name not in self._properties:
            return never  # not kept: there is no end to such names
        made = self[name] = self._soundness.test_of(self._properties[name], self._mode)
        return made


def _only_key(schema: Schema, part: Schema) -> str | None:
    """The key of a list that is a map, if it is one text that each entry has: then sound entries have it."""
    keys = schema.get("x-kubernetes-list-map-keys", ())
    if schema.get("x-kubernetes-list-type") != "map" or len(keys) != 1 or keys[0] not in part.get("required", ()):
        return None
    declared = part.get("properties", {}).get(keys[0], {})
    return keys[0] if declared.get("type") == "string" and "default" not in declared else None


def is_mapping_of_texts(value: Any) -> bool:
    """The test of labels and the like."""
    if value.__class__ is not dict:
        return False
    for key, item in value.items():
        if item.__class__ is str and key.__class__ is str:
            continue
        return False
    return True


_NAMES: Final = frozenset({"name", "namespace"})
_COMMON: Final[tuple[tuple[str, Test], ...]] = (
    *((name, str) for name in sorted(_NAMES)),
    ("labels", is_mapping_of_texts),
    ("annotations", is_mapping_of_texts),
)


def _mapping_of(wanted: Test) -> Test:
    if wanted is str:
        return is_mapping_of_texts
    if isinstance(wanted, _Remembered):
        return wanted.of_values
    of_class = wanted.__class__ is type

    def test(value: Any) -> bool:
        if value.__class__ is not dict:
            return False
        for key, item in value.items():
            if key.__class__ is not str or (item.__class__ is not wanted and (of_class or not wanted(item))):
                return False
        return True

    return test


def never(_: Any) -> bool:
    """For what is always looked at more closely."""
    return False


def always(_: Any) -> bool:
    """For what is looked at elsewhere."""
    return True


def _one_of(allowed: Iterable[Any]) -> Test:
    texts = frozenset(item for item in allowed if isinstance(item, str))
    return lambda value: value.__class__ is str and value in texts


def _between(schema: Schema) -> Test:
    low, high = _RANGES.get(schema.get("format", ""), _ALL)
    low, high = max(low, schema.get("minimum", low)), min(high, schema.get("maximum", high))
    return lambda value: value.__class__ is int and low <= value <= high


class _Remembered:
    """A test that is asked once for each short text."""

    def __init__(self, test: Test) -> None:
        self.known: set[Any] = set()
        self._test = test

    def __call__(self, value: Any) -> bool:
        """Whether ``value`` is surely fine."""
        is_text = value.__class__ is str
        if is_text and value in self.known:
            return True
        if not self._test(value):
            return False
        if is_text and len(value) <= _LONGEST:
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            self.known.add(value)
        return True

    def of_values(self, value: Any) -> bool:
        """The same of all values of a mapping, such as amounts of resources."""
        if value.__class__ is not dict:
            return False
        for key in value:
            if key.__class__ is not str:
                return False
        try:
            if self.known.issuperset(value.values()):
                return True
        except TypeError:  # a list or a mapping
            return False
        return all(map(self, value.values()))
