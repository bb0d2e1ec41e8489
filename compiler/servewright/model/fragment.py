"""Pieces of Kubernetes objects inside a spec: passed on as they are, if every reader can hold them."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.hints import Any
from servewright.model.shape import JsonSchema, Record, report_unusable, wrong_type
from servewright.record import NamedTuple


class Fragment(NamedTuple):
    """A piece of a Kubernetes object; its fields are checked where the object is."""

    noun: str = "a mapping"

    def read(self, value: Any, path: Path, problems: Problems) -> dict[str, Any] | None:
        """The mapping as written; None when it holds what no Kubernetes object can (reported)."""
        if type(value) is not dict:
            wrong_type(self, value, path, problems)
            return None
        before = len(problems.findings)
        _check(value, path, problems)
        return value if len(problems.findings) == before else None

    def json_schema(self) -> JsonSchema:
        """Any object."""
        return {"type": "object"}


class AsWritten(NamedTuple):
    """A piece of a Kubernetes object whose fields are known: checked by ``record``, passed on as it is."""

    record: Record
    noun: str = "a mapping"

    def read(self, value: Any, path: Path, problems: Problems) -> dict[str, Any] | None:
        """The mapping as written; None when it is not what ``record`` describes (reported)."""
        before = len(problems.findings)
        self.record.read(value, path, problems)
        return value if len(problems.findings) == before else None

    def json_schema(self) -> JsonSchema:
        """The record's schema."""
        return self.record.json_schema()


def _check(value: Any, path: Path, problems: Problems) -> None:
    """Report what an object in Kubernetes cannot hold, at its place."""
    if isinstance(value, str):
        if not value.isprintable():
            report_unusable(value, path, problems)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(item, (*path, key), problems)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if item is None:
                problems.add(
                    codes.WRONG_TYPE, "a list item has no value", (*path, index), help="give it a value, or remove it"
                )
            else:
                _check(item, (*path, index), problems)
    elif isinstance(value, float):
        from servewright.diagnostics.secret_places import is_secret_place

        text = "…" if is_secret_place(problems.document.data, path) else getattr(value, "text", value)
        problems.add(
            codes.WRONG_TYPE,
            f"expected a whole number or text, found the number `{text}`: pods have no fractions",
            path,
            help=f'quote it if it is a quantity: `"{text}"`',
        )
