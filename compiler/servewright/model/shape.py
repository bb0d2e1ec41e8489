"""Shapes: one declaration per input field that reads it, explains what is wrong with it, and exports JSON Schema.

A shape reads plain YAML data into typed values and reports every problem it meets; a field that could not be read
gets its default, so that independent decisions still run and everything is reported in one go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from servewright.diagnostics import codes
from servewright.diagnostics.model import Note, Path, Problems, Where
from servewright.diagnostics.short import short
from servewright.hints import Any, Protocol
from servewright.record import NamedTuple

JsonSchema = dict[str, Any]

# Compiled when first needed: classes of this size take milliseconds.
UNUSABLE = r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
# A name that is a field of more places, like `name`, says little about which was meant.
_PLACES = 2


def snake_case(name: str) -> str:
    """The attribute that holds the YAML field ``name``: ``servedName`` -> ``served_name``."""
    if name.islower():
        return name
    # Without a pattern, which every start would have to compile.
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in name).lower()


class Shape(Protocol):
    """What a value must look like."""

    def __hash__(self) -> int:
        """Shapes are keys."""

    @property
    def noun(self) -> str:
        """What is wanted, for messages."""

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        """The typed value; None when it is absent or was reported as wrong."""

    def json_schema(self) -> JsonSchema:
        """The same shape as JSON Schema (2020-12)."""


def describe(value: object) -> str:
    """What kind of YAML value ``value`` is, for messages; never the value itself of a long string."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the boolean `{str(value).lower()}`"
        case int() | float():
            return f"the number `{getattr(value, 'text', value)}`"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def wrong_type(shape: Shape, value: object, path: Path, problems: Problems) -> None:
    """Report that ``value`` is not what ``shape`` wants, with the quoted form where that is all it takes."""
    help_text, found = f"give {shape.noun} here", describe(value)
    if _may_be_secret(path, problems):
        found = "something else"
        if path[-1] == "value" and isinstance(shape, Text):
            help_text = "quote it, or better, keep it in a Secret: `valueFrom`"
    elif isinstance(value, (bool, int, float)) and isinstance(shape, Text) and shape.example:
        help_text = shape.example(path, getattr(value, "text", value))
    elif isinstance(value, (bool, int, float)) and isinstance(shape, Text):
        plain = str(value).lower() if isinstance(value, bool) else getattr(value, "text", value)
        help_text = f'quote it: `"{plain}"`'
    elif isinstance(value, str) and _is_quoted(value, shape):
        help_text = f"write it without quotes: `{value}`"
    elif isinstance(shape, Record) and shape.fields:
        shown = shape.one_of or shape.some_of[:1] or [name for name, field in shape.fields.items() if field.required]
        fields = (shown[:1] if shape.one_of else shown) or list(shape.fields)[:2]
        written = ", ".join(f"{name}: …" for name in fields)
        help_text = f"write `{path[-1] if path else 'it'}: {{{written}}}`" if path else help_text
    elif isinstance(shape, Items):
        help_text = "write a list: a line for each item, with `- ` before it"
    problems.add(codes.WRONG_TYPE, f"expected {shape.noun}, found {found}", path, help=help_text)


def _may_be_secret(path: Path, problems: Problems) -> bool:
    """Whether what is beside or above the value promises a credential, as in ``env``: it is never quoted then."""
    from servewright.diagnostics.secret_places import is_secret_place

    return is_secret_place(problems.document.data, path)


def _is_quoted(text: str, shape: Shape) -> bool:
    """Whether a number or boolean was quoted that must not be."""
    if isinstance(shape, Whole):
        return re.fullmatch("0|[1-9][0-9]{0,9}", text) is not None
    return isinstance(shape, Flag) and text in ("true", "false")


class Text(NamedTuple):
    """A string. ``problem`` returns what is wrong with a value, or None, and may say what to write instead of the hint;
    ``example`` is what to write instead of a number."""

    noun: str = "a string"
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    problem: Callable[[str], str | tuple[str, str] | None] | None = None
    hint: str | None = None
    empty: bool = False
    example: Callable[[Path, object], str] | None = None

    def read(self, value: Any, path: Path, problems: Problems) -> str | None:
        """The string as it was written."""
        if type(value) is not str:
            wrong_type(self, value, path, problems)
            return None
        if not value and not self.empty:
            problems.add(
                codes.INVALID_VALUE,
                f"{self.noun} must not be empty",
                path,
                help=self.hint or "leave the field out, or give it a value",
            )
            return None
        if not value.isprintable() and report_unusable(value, path, problems):
            return None
        if self.choices and value not in self.choices:
            _report_choice(value, self.choices, path, problems)
            return None
        if self.problem and (complaint := self.problem(value)):
            message, better = complaint if isinstance(complaint, tuple) else (complaint, self.hint)
            problems.add(codes.INVALID_VALUE, message, path, help=better)
            return None
        if self.pattern and not re.fullmatch(self.pattern, value):
            problems.add(codes.INVALID_VALUE, f"this is not {self.noun}", path, help=self.hint)
            return None
        return value

    def json_schema(self) -> JsonSchema:
        """A string, with its choices or pattern."""
        schema: JsonSchema = {"type": "string"}
        if self.choices:
            schema["enum"] = list(self.choices)
        elif self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        elif not self.empty:
            schema["minLength"] = 1
        return schema


def report_unusable(value: str, path: Path, problems: Problems) -> bool:
    """Characters that YAML allows as escapes only, and that kustomize cannot build at all."""
    found = re.search(UNUSABLE, value)
    if found:
        problems.add(
            codes.INVALID_VALUE,
            f"the control character U+{ord(found.group()):04X} cannot be passed on: kustomize refuses it",
            path,
            help="remove it",
        )
    return found is not None


def _report_choice(value: str, choices: Sequence[str], path: Path, problems: Problems) -> None:
    from servewright.diagnostics.suggest import did_you_mean

    near = did_you_mean(value, choices)
    listing = ", ".join(f"`{choice}`" for choice in choices)
    help_text = f"did you mean `{near}`?" if near else f"write one of {listing}"
    problems.add(codes.INVALID_VALUE, f"`{short(value, 60)}` is not one of {listing}", path, help=help_text)


class Flag(NamedTuple):
    """A boolean."""

    noun: str = "`true` or `false`"

    def read(self, value: Any, path: Path, problems: Problems) -> bool | None:
        """The boolean."""
        if type(value) is not bool:
            wrong_type(self, value, path, problems)
            return None
        return value

    def json_schema(self) -> JsonSchema:
        """A boolean."""
        return {"type": "boolean"}


class Whole(NamedTuple):
    """A whole number in an inclusive range."""

    minimum: int
    maximum: int
    noun: str = "a whole number"

    def read(self, value: Any, path: Path, problems: Problems) -> int | None:
        """The number."""
        if type(value) is not int:
            wrong_type(self, value, path, problems)
            return None
        if not self.minimum <= value <= self.maximum:
            limits = f"{self.minimum} to {self.maximum}"
            problems.add(
                codes.INVALID_VALUE, f"`{value}` is outside {limits}", path, help=f"write a whole number from {limits}"
            )
            return None
        return value

    def json_schema(self) -> JsonSchema:
        """An integer with its range."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


class Items(NamedTuple):
    """A list. ``key`` names what must not repeat (an attribute of the read items, or "" for the items themselves)."""

    item: Shape
    noun: str = "a list"
    key: str | None = None

    def read(self, value: Any, path: Path, problems: Problems) -> tuple[Any, ...] | None:
        """The items that could be read, as a tuple."""
        if type(value) is not list:
            wrong_type(self, value, path, problems)
            return None
        item = self.item
        read = [item.read(entry, (*path, index), problems) for index, entry in enumerate(value)]
        if self.key is not None and len(read) > 1:
            self._report_repeats(read, path, problems)
        return tuple(entry for entry in read if entry is not None)

    def _report_repeats(self, entries: list[Any], path: Path, problems: Problems) -> None:
        seen: dict[object, int] = {}
        for index, entry in enumerate(entries):
            name = getattr(entry, self.key, None) if self.key else entry
            if name is None or name == "":  # could not be read, which was reported: two such names need not be equal
                continue
            if name in seen:
                places = [(*path, item, *([self.key] if self.key else [])) for item in (seen[name], index)]
                problems.add(
                    codes.DUPLICATE_ENTRY,
                    f"`{name}` is listed twice",
                    places[1],
                    help="keep one of the two",
                    notes=(Note("first listed here", Where(problems.document, places[0])),),
                )
            seen.setdefault(name, index)

    def json_schema(self) -> JsonSchema:
        """An array."""
        return {"type": "array", "items": self.item.json_schema()}


class Table(NamedTuple):
    """A mapping with free keys. ``key_problem`` says what is wrong with a key, and what to write instead."""

    value: Shape
    noun: str = "a mapping"
    key_problem: Callable[[str], tuple[str, str] | None] | None = None

    def read(self, value: Any, path: Path, problems: Problems) -> dict[str, Any] | None:
        """The entries that could be read."""
        if type(value) is not dict:
            wrong_type(self, value, path, problems)
            return None
        result = {}
        for key, entry in value.items():
            if self.key_problem and (complaint := self.key_problem(key)):
                problems.add(codes.INVALID_VALUE, complaint[0], (*path, key), on="key", help=complaint[1])
                continue
            read = self.value.read(entry, (*path, key), problems)
            if read is not None:
                result[key] = read
        return result

    def json_schema(self) -> JsonSchema:
        """An object with values of one shape."""
        return {"type": "object", "additionalProperties": self.value.json_schema()}


class Either(NamedTuple):
    """A short form (a string, expanded by ``expand``) or a long form (a mapping)."""

    short: Shape
    long: Shape
    noun: str
    expand: Callable[[str], Any] | None = None

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        """Whatever the form that fits reads."""
        if type(value) is dict:
            return self.long.read(value, path, problems)
        if type(value) is str:
            short = self.short.read(value, path, problems)
            return self.expand(short) if self.expand and short is not None else short
        wrong_type(self, value, path, problems)
        return None

    def json_schema(self) -> JsonSchema:
        """Either form."""
        return {"anyOf": [self.short.json_schema(), self.long.json_schema()]}


class Field(NamedTuple):
    """One field of a record: its shape, its documentation, whether it must be there."""

    shape: Shape
    doc: str = ""
    required: bool = False


class Record:
    """A mapping with known fields, read into ``build`` (a NamedTuple whose attributes are the snake_case names).

    Of the fields in ``one_of`` exactly one must be given, of ``some_of`` at least one, of ``at_most_one`` no two.
    """

    __slots__ = ("_attributes", "at_most_one", "build", "fields", "noun", "one_of", "required", "some_of")

    def __init__(
        self,
        build: Callable[..., Any],
        fields: Mapping[str, Field],
        *,
        noun: str = "a mapping",
        one_of: tuple[str, ...] = (),
        some_of: tuple[str, ...] = (),
        at_most_one: tuple[str, ...] = (),
    ) -> None:
        self.build = build
        self.fields = fields
        self.noun = noun
        self.one_of = one_of
        self.some_of = some_of
        self.at_most_one = at_most_one
        self._attributes = {name: (snake_case(name), field.shape) for name, field in fields.items()}
        self.required = tuple(name for name, field in fields.items() if field.required)

    def read(self, value: Any, path: Path, problems: Problems) -> Any:
        """The record; None only when ``value`` is not a mapping at all."""
        if type(value) is not dict:
            wrong_type(self, value, path, problems)
            return None
        attributes = self._attributes
        given = {}
        for key, entry in value.items():
            known = attributes.get(key)
            if known is None:
                self._report_unknown(key, path, problems)
            elif entry is None:
                problems.add(
                    codes.WRONG_TYPE,
                    f"`{key}` has no value",
                    (*path, key),
                    on="key",
                    help="give it a value, or leave the field out",
                )
            else:
                attribute, shape = known
                read = shape.read(entry, (*path, key), problems)
                if read is not None:
                    given[attribute] = read
        for key in self.required:
            if key not in value and not self._is_misspelt(key, value):
                problems.add(codes.MISSING_FIELD, f"`{key}` is missing", path, on="key", help=self._how_to_give(key))
        if self.one_of or self.some_of or self.at_most_one:
            self._check_alternatives(value, path, problems)
        return self.build(**given)

    def _is_misspelt(self, key: str, value: Mapping[str, Any]) -> bool:
        """Whether an unknown field was probably meant to be ``key``: that is said, and is all there is to say."""
        unknown = [name for name in value if name not in self.fields]
        if not unknown:
            return False
        from servewright.diagnostics.suggest import did_you_mean

        return any(did_you_mean(name, self.fields) == key for name in unknown)

    def _how_to_give(self, key: str) -> str:
        doc = self.fields[key].doc
        return f"add `{key}:`" + (f" ({doc})" if doc else "")

    def _report_unknown(self, key: str, path: Path, problems: Problems) -> None:
        from servewright.diagnostics.suggest import did_you_mean

        deeper = self._places_of(key)
        near = None if deeper else did_you_mean(key, self.fields)
        help_text = (
            f"did you mean {' or '.join(f'`{place}`' for place in deeper)}?"
            if deeper
            else f"did you mean `{near}`?"
            if near
            else f"the fields here are {', '.join(f'`{name}`' for name in self.fields)}"
        )
        problems.add(
            codes.UNKNOWN_FIELD, f"there is no field `{short(key, 60)}` here", (*path, key), on="key", help=help_text
        )

    def _places_of(self, key: str) -> list[str]:
        """Where below there is a field of this name: the nearest places, or none where they are too many to help."""
        level: list[tuple[str, Record]] = [("", self)]
        while level:
            found = [f"{place}{key}" for place, record in level if place and key in record.fields]
            if found:
                return found if len(found) <= _PLACES else []
            inner = (
                (f"{place}{name}.", field.shape) for place, record in level for name, field in record.fields.items()
            )
            below = ((place, shape.long if isinstance(shape, Either) else shape) for place, shape in inner)
            level = [(place, shape) for place, shape in below if isinstance(shape, Record)]
        return []

    def _check_alternatives(self, value: Mapping[str, Any], path: Path, problems: Problems) -> None:
        names = self.one_of or self.some_of or self.at_most_one
        present = [name for name in names if value.get(name) is not None]
        if not present and any(self._is_misspelt(name, value) for name in names):
            return
        if len(present) == 1 or (present and self.some_of) or (not present and self.at_most_one):
            return
        listing = ", ".join(f"`{name}`" for name in names)
        if not present:
            amount = "exactly one" if self.one_of else "at least one"
            problems.add(
                codes.EXACTLY_ONE, f"{amount} of {listing} must be given", path, on="key", help=f"add one of {listing}"
            )
        else:
            found = " and ".join(f"`{name}`" for name in present)
            problems.add(
                codes.EXACTLY_ONE,
                f"{found} are given, but only one of {listing} may be",
                (*path, present[1]),
                on="key",
                help="keep one of them",
            )

    def json_schema(self) -> JsonSchema:
        """An object that allows just these fields."""
        properties = {}
        for name, field in self.fields.items():
            schema = field.shape.json_schema()
            if field.doc:
                schema = {"description": field.doc, **schema}
            properties[name] = schema
        result: JsonSchema = {"type": "object", "additionalProperties": False, "properties": properties}
        if self.required:
            result["required"] = list(self.required)
        if self.one_of:
            result["oneOf"] = [{"required": [name]} for name in self.one_of]
        if self.at_most_one:
            result["not"] = {"required": list(self.at_most_one)}
        if self.some_of:
            result["anyOf"] = [{"required": [name]} for name in self.some_of]
        return result
