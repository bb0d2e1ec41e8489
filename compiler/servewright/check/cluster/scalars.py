"""Checks of single values: type, enum, text, number, and how many there may be of something."""

from __future__ import annotations

from collections.abc import Callable

from servewright.check.cluster import formats, patterns
from servewright.check.cluster.violation import Check, Found, Violation, joined
from servewright.hints import Any, Final

_LARGEST_FLOAT: Final = 2.0**53 - 1
_INTEGERS: Final = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
_NAMES: Final = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
}


def wrong_type(wanted: str, value: Any) -> Found | None:
    """What to say of a value that is not ``wanted``; None if it is one after all."""
    name = next((name for name, classes in _CLASSES if isinstance(value, classes)), None)
    if name is None:
        raise TypeError(f"an object cannot hold a {type(value).__name__}")
    if name != wanted:
        return [Violation((), "wrong-type", f"must be {_NAMES[wanted]}, not {_NAMES[name]}")]
    if wanted == "integer":
        return [Violation((), "wrong-type", "must be an integer of at most 64 bits")]
    return None  # a subclass of str (or dict, …) is written as one


_CLASSES: Final[tuple[tuple[str, Any], ...]] = (
    ("null", type(None)),
    ("boolean", bool),
    ("integer", int),
    ("number", float),
    ("string", str),
    ("object", dict),
    ("array", (list, tuple)),
)


def all_of(first: Check, further: list[Check]) -> Check:
    """``first``, and the others unless the value is of the wrong type."""

    def check(value: Any) -> Found | None:
        wrong = first(value)
        if wrong is not None and any(not item[0] and item[1] == "wrong-type" for item in wrong):
            return wrong
        found = None if wrong is None else list(wrong)
        for other in further:
            wrong = other(value)
            if wrong is not None:
                found = joined(found, wrong)
        return found

    return check


def _is_integer(value: Any) -> bool:
    if value.__class__ is int:
        return -(2**63) <= value < 2**63  # more is read as a float, which is then too large for one that is whole
    # swag.IsFloat64AJSONInteger
    return value.__class__ is float and abs(value) <= _LARGEST_FLOAT and bool(value.is_integer())


_TESTS: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: value.__class__ is str,
    "integer": _is_integer,
    "number": lambda value: value.__class__ is float or value.__class__ is int,
    "boolean": lambda value: value.__class__ is bool,
}


def any_text(value: Any) -> Found | None:
    """The check of a string, whatever it says: by far the most frequent part."""
    return None if value.__class__ is str else wrong_type("string", value)


def scalar(schema: dict[str, Any], wanted: str) -> Check:
    """The check of a string, integer, number or boolean."""
    further = _scalar_checks(schema, wanted)
    if wanted == "string" and not further:
        return any_text
    is_wanted = _TESTS[wanted]

    def check(value: Any) -> Found | None:
        return None if is_wanted(value) else wrong_type(wanted, value)

    return all_of(check, further) if further else check


def int_or_string(schema: dict[str, Any]) -> Check:
    """The check of a value that may be either; patterns are for texts, bounds for numbers."""
    texts, numbers = _text_checks(schema), _number_checks(schema)

    def check(value: Any) -> Found | None:
        if value.__class__ is str:
            further = texts
        elif _is_integer(value):
            further = numbers
        else:
            wrong = wrong_type("integer" if value.__class__ is int else "string", value)
            return wrong and [wrong[0]._replace(message=wrong[0].message.replace("a string", "an integer or a string"))]
        found: Found | None = None
        for test in further:
            wrong = test(value)
            if wrong is not None:
                found = joined(found, wrong)
        return found

    return check


def _scalar_checks(schema: dict[str, Any], wanted: str) -> list[Check]:
    if wanted == "string":
        return _text_checks(schema)
    return [] if wanted == "boolean" else _number_checks(schema)


def _text_checks(schema: dict[str, Any]) -> list[Check]:
    checks: list[Check] = []
    shortest, longest, pattern = schema.get("minLength"), schema.get("maxLength"), schema.get("pattern")
    if shortest is not None or longest is not None or pattern is not None:
        matches = patterns.matcher(pattern) if pattern is not None else None

        def check(value: str) -> Found | None:
            if longest is not None and len(value) > longest:
                return [Violation((), "length", f"has more than {longest} characters")]
            if shortest is not None and len(value) < shortest:
                return [Violation((), "length", f"has fewer than {shortest} characters" if value else "is empty")]
            if matches is not None and not matches(value):
                return [Violation((), "pattern", f"does not match `{pattern}`")]
            return None

        checks.append(check)
    in_format = formats.check_of(schema["format"]) if "format" in schema else None
    if in_format is not None:
        wrong = [Violation((), "format", f"is not in the format `{schema['format']}`")]
        checks.append(lambda value: None if in_format(value) else wrong)
    return checks


def _number_checks(schema: dict[str, Any]) -> list[Check]:
    checks = [_bound(schema[name], beyond, words) for name, beyond, words in _BOUNDS if name in schema]
    if schema.get("format") in _INTEGERS:
        low, high = _INTEGERS[schema["format"]]
        wrong = [Violation((), "integer-format", f"does not fit into {schema['format']}, so no controller can read it")]
        checks.append(lambda value: None if low <= value <= high else wrong)
    return checks


_BOUNDS: Final[tuple[tuple[str, Callable[[Any, Any], bool], str], ...]] = (
    ("minimum", lambda value, limit: bool(value < limit), "is less than"),
    ("exclusiveMinimum", lambda value, limit: bool(value <= limit), "must be more than"),
    ("maximum", lambda value, limit: bool(value > limit), "is more than"),
    ("exclusiveMaximum", lambda value, limit: bool(value >= limit), "must be less than"),
    ("multipleOf", lambda value, limit: bool(value % limit), "is not a multiple of"),
)


def _bound(limit: float, beyond: Callable[[Any, Any], bool], words: str) -> Check:
    problem: Found = [Violation((), "range", f"{words} {limit}")]
    return lambda value: problem if beyond(value, limit) else None


def one_of_texts(schema: dict[str, Any], otherwise: Check) -> Check:
    """``otherwise``, the check of a string out of a list, but not asked for one that is in the list."""
    texts = frozenset(item for item in schema["enum"] if isinstance(item, str))
    return lambda value: None if value.__class__ is str and value in texts else otherwise(value)


def enum_checks(schema: dict[str, Any]) -> list[Check]:
    """The check of a list of allowed values, if there is one."""
    if "enum" not in schema:
        return []
    allowed = schema["enum"]
    words = ", ".join("null" if item is None else f"`{item}`" for item in allowed)
    problem = [Violation((), "enum", f"must be one of {words}")]
    # Null is in no enum, also where it is listed (kube-openapi, basicCommonValidator).
    if all(isinstance(item, str) or item is None for item in allowed):
        texts = frozenset(allowed) - {None}
        return [lambda value: problem if value is None or (value.__class__ is str and value not in texts) else None]
    return [lambda value: None if any(_same(value, item) for item in allowed) else problem]


def _same(value: Any, other: Any) -> bool:
    return isinstance(value, bool) == isinstance(other, bool) and bool(value == other)


def count_check(schema: dict[str, Any], what: str, word: str) -> Callable[[int], Found | None] | None:
    """The check of a number of items or properties, if there is one; ``what`` is the end of the keywords."""
    fewest, most = schema.get(f"min{what}"), schema.get(f"max{what}")
    if fewest is None and most is None:
        return None

    def check(count: int) -> Found | None:
        if fewest is not None and count < fewest:
            return [
                Violation((), "length", f"has {count} {word}s, must have at least {fewest}" if count else "is empty")
            ]
        if most is not None and count > most:
            return [Violation((), "length", f"has {count} {word}s, must have at most {most}")]
        return None

    return check
