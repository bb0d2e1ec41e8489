"""Equal subschemas stored once, as ``$defs``: a CRD of KServe repeats the parts of a pod a hundred times.

A part is shared where that saves bytes. What is shared, and under which number, follows from the schema alone.
"""

from __future__ import annotations

import json

from servewright.hints import Any, Final

Schema = dict[str, Any]

_BY_NAME: Final = ("properties",)
_ONE: Final = ("items", "additionalProperties", "not")
_SEVERAL: Final = ("allOf", "anyOf", "oneOf")
_REFERENCE: Final = len('{"$ref":"#/$defs/000"}')
_DEFINITION: Final = len('"000":,')


def compact(value: object) -> str:
    """JSON without blanks, keys sorted."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def shared(schema: Schema) -> Schema:
    """The same schema with its repeated parts as ``$defs``."""
    pool = _Pool()
    root = pool.add(schema)
    return pool.unfolded(root)


class _Pool:
    """The distinct parts of one schema, children before parents; each holds the numbers of its children.

    ``uses`` counts how often a part occurs in other distinct parts.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parts: list[Schema] = []
        self._uses: list[int] = []

    def add(self, schema: Schema) -> int:
        part = _with_children(schema, self.add)
        text = compact(part)
        number = self._numbers.get(text)
        if number is None:
            number = self._numbers[text] = len(self._parts)
            self._parts.append(part)
            self._uses.append(0)
            _with_children(part, self._use)
        return number

    def _use(self, number: int) -> int:
        self._uses[number] += 1
        return number

    def unfolded(self, root: int) -> Schema:
        """The schema of part ``root``, with what is worth sharing in its ``$defs``."""
        # Children come first, so the length of each is known when its parent is looked at.
        lengths: list[int] = []
        repeated: list[int] = []
        for number, part in enumerate(self._parts):
            length = _length(part, lengths)
            uses = self._uses[number]
            if number != root and uses > 1 and uses * length > length + _DEFINITION + uses * _REFERENCE:
                repeated.append(number)
                length = _REFERENCE
            lengths.append(length)
        # The most used ones get the shortest names; ties go by the order in which they are met.
        repeated.sort(key=lambda number: (-self._uses[number], number))
        names = {number: str(index) for index, number in enumerate(repeated)}
        bodies: dict[int, Schema] = {}

        def body(number: int) -> Schema:
            if number not in bodies:
                bodies[number] = _with_children(self._parts[number], reference)
            return bodies[number]

        def reference(number: int) -> Schema:
            return {"$ref": f"#/$defs/{names[number]}"} if number in names else body(number)

        definitions = {names[number]: body(number) for number in repeated}
        return {**body(root), **({"$defs": definitions} if definitions else {})}


def _length(part: Schema, lengths: list[int]) -> int:
    """The length of ``part`` as text, given those of its children."""
    total = 0

    def add(child: int) -> int:
        nonlocal total
        total += lengths[child] - 1
        return 0  # which is one character

    text = compact(_with_children(part, add))
    return len(text) + total


def _with_children(schema: Any, replace: Any) -> Any:
    """A copy of ``schema`` in which ``replace`` was applied to each schema directly inside it, in one fixed order."""
    copy = dict(schema)
    for key in _BY_NAME:
        if key in copy:
            copy[key] = {name: replace(child) for name, child in sorted(copy[key].items())}
    for key in _ONE:
        if key in copy and not isinstance(copy[key], bool):
            copy[key] = replace(copy[key])
    for key in _SEVERAL:
        if key in copy:
            copy[key] = [replace(child) for child in copy[key]]
    return copy
