"""Records: ``NamedTuple`` at an eighth of the cost to define.

The one of ``typing`` compiles a constructor's text for every class, makes the class twice, and checks each annotation.
That takes 65 µs, and a cold start defines more than a hundred; here it takes 7. To everybody else it is the same: type
checkers see ``typing.NamedTuple``, and instances are tuples that are made and read as quickly.
"""

TYPE_CHECKING = False  # as typing's, without importing typing

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from collections import _tuplegetter  # a field of a named tuple, read in C
    from types import FunctionType

    _new = tuple.__new__

    class NamedTuple(tuple):
        """An immutable record: a class that derives from this one directly has a field for each annotation."""

        __slots__ = ()

        def __init_subclass__(cls):
            if NamedTuple not in cls.__bases__:
                return  # derived from a record: the same fields
            names = tuple(cls.__annotations__)
            defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
            if names[len(names) - len(defaults) :] != tuple(defaults):
                raise TypeError(f"{cls.__name__} has a field without a default after one with")
            cls._fields = cls.__match_args__ = names
            cls._field_defaults = defaults
            cls.__new__ = FunctionType(_code_for(names), {"_new": _new}, "__new__", tuple(defaults.values()))
            for index, name in enumerate(names):
                setattr(cls, name, _tuplegetter(index, None))

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, /, **changes):
            values = [changes.pop(name, value) for name, value in zip(self._fields, self, strict=True)]
            if changes:
                raise ValueError(f"{type(self).__name__} has no field {', '.join(changes)}")
            return _new(type(self), values)

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self):  # for copy and pickle
            return tuple(self)

        def __setattr__(self, name, value):
            raise AttributeError(f"{type(self).__name__} is immutable")

        def __repr__(self):
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{type(self).__name__}({fields})"

    # The constructors by number of fields, but for the names of their parameters. They are written out because to
    # compile one at a start takes as long as to define ten classes; these were compiled when servewright was installed.
    # fmt: off
    _CONSTRUCTORS = (
        lambda cls: _new(cls, ()),
        lambda cls, a: _new(cls, (a,)),
        lambda cls, a, b: _new(cls, (a, b)),
        lambda cls, a, b, c: _new(cls, (a, b, c)),
        lambda cls, a, b, c, d: _new(cls, (a, b, c, d)),
        lambda cls, a, b, c, d, e: _new(cls, (a, b, c, d, e)),
        lambda cls, a, b, c, d, e, f: _new(cls, (a, b, c, d, e, f)),
        lambda cls, a, b, c, d, e, f, g: _new(cls, (a, b, c, d, e, f, g)),
        lambda cls, a, b, c, d, e, f, g, h: _new(cls, (a, b, c, d, e, f, g, h)),
        lambda cls, a, b, c, d, e, f, g, h, i: _new(cls, (a, b, c, d, e, f, g, h, i)),
        lambda cls, a, b, c, d, e, f, g, h, i, j: _new(cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k: _new(cls, (a, b, c, d, e, f, g, h, i, j, k)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m: _new(cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n: _new(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o: _new(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p: _new(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q: _new(cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q)),
    )
    # fmt: on
    _further = {}  # number of fields -> the code of a constructor for more

    def _code_for(names):
        """The code of ``__new__`` for these fields."""
        number = len(names)
        if number < len(_CONSTRUCTORS):
            template = _CONSTRUCTORS[number].__code__
        else:
            template = _further.get(number)
            if template is None:
                places = "".join(f"_{index}, " for index in range(number))
                template = eval(f"lambda cls, {places}: _new(cls, ({places}))").__code__  # noqa: S307 - of numbers only
                _further[number] = template
        return template.replace(co_name="__new__", co_qualname="__new__", co_varnames=("cls", *names))
