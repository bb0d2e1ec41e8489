"""Records are what typing.NamedTuple would make of them, as far as anybody can tell."""

from __future__ import annotations

import copy
import pickle
import typing
from collections.abc import Callable
from pathlib import Path

import pytest

import servewright
from servewright import record


class Ours(record.NamedTuple):
    """A record."""

    name: str
    index: int = 1
    tags: tuple[str, ...] = ()

    @property
    def loud(self) -> str:
        """The name, in capitals."""
        return self.name.upper()


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    index: int = 1
    tags: tuple[str, ...] = ()


class Nothing(record.NamedTuple):
    """A record without fields."""


class Derived(Ours):
    """The same fields, and a method."""

    def twice(self) -> int:
        return 2 * self.index


def both(use: Callable[[typing.Any], object]) -> tuple[object, object]:
    return use(Ours), use(Theirs)


@pytest.mark.parametrize(
    "use",
    [
        lambda kind: tuple(kind("a")),
        lambda kind: tuple(kind("a", 2, ("x",))),
        lambda kind: tuple(kind(tags=("x",), name="a")),
        lambda kind: tuple(kind("a")._replace(index=3)),
        lambda kind: tuple(kind._make(["a", 2, ()])),
        lambda kind: kind("a")._asdict(),
        lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__, kind.__doc__, kind.__name__),
        lambda kind: (kind("a").name, kind("a").index, kind("a") == ("a", 1, ()), kind("a") < kind("b")),
        lambda kind: hash(kind("a")),
        lambda kind: repr(kind("a", tags=("x",)))[len(kind.__name__) :],
    ],
)
def test_a_record_does_what_a_named_tuple_does(use: Callable[[typing.Any], object]) -> None:
    ours, theirs = both(use)
    if isinstance(ours, tuple) and "Ours" in ours:
        ours = tuple("Theirs" if item == "Ours" else item for item in ours)
    assert ours == theirs


@pytest.mark.parametrize(
    "use",
    [
        lambda kind: kind(),
        lambda kind: kind("a", 1, (), 4),
        lambda kind: kind("a", other=1),
        lambda kind: kind("a", name="b"),
        lambda kind: kind("a")._replace(other=1),
        lambda kind: kind._make(["a", 2, (), 3]),
        lambda kind: setattr(kind("a"), "name", "b"),
        lambda kind: setattr(kind("a"), "other", "b"),
    ],
)
def test_a_record_refuses_what_a_named_tuple_refuses(use: Callable[[typing.Any], object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)) as ours:
        use(Ours)
    with pytest.raises((TypeError, ValueError, AttributeError)) as theirs:
        use(Theirs)
    assert ours.type is theirs.type


def test_a_record_can_be_copied_matched_and_derived_from() -> None:
    one = Ours("a", 2, ("x",))
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == one
    assert type(copy.copy(one)) is type(pickle.loads(pickle.dumps(one))) is Ours
    match one:
        case Ours(name, index):
            assert (name, index, one.loud) == ("a", 2, "A")
    assert (Derived("a").twice(), Derived("a")._replace(index=2).twice()) == (2, 4)
    assert Nothing() == ()


@pytest.mark.parametrize("number", range(20))
def test_a_record_may_have_any_number_of_fields(number: int) -> None:
    names = [f"field{index}" for index in range(number)]
    several = type("Several", (record.NamedTuple,), {"__annotations__": dict.fromkeys(names, "int")})
    one = several(*range(number))
    assert tuple(one) == tuple(range(number))
    assert one == several(**{name: getattr(one, name) for name in reversed(names)})


def test_a_default_must_not_come_before_a_field_without_one() -> None:
    with pytest.raises(TypeError):

        class Wrong(record.NamedTuple):
            name: str = ""
            index: int


def test_every_record_of_the_package_is_one_of_these() -> None:
    """Each of typing's would cost a cold start 65 µs."""
    package = Path(servewright.__file__).parent
    others = {
        path
        for path in package.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.lstrip().startswith("from typing import") and "NamedTuple" in line
    }
    assert others == {package / "record.py"}
