"""The names of type hints, without ``typing``: importing that takes a third as long as starting Python does.

Nothing looks at a hint while servewright runs. Modules have ``from __future__ import annotations``, so that none is
evaluated; what aliases and base classes need of these names is here. Type checkers see those of ``typing``, and so
does ruff (``typing-modules`` in pyproject.toml).
"""

TYPE_CHECKING = False  # as typing's

if TYPE_CHECKING:
    from typing import IO as IO
    from typing import Any as Any
    from typing import Final as Final
    from typing import Literal as Literal
    from typing import NoReturn as NoReturn
    from typing import Protocol as Protocol
    from typing import TextIO as TextIO
    from typing import TypeVar as TypeVar
    from typing import cast as cast
else:

    class _Hint:
        """Anything that an alias makes of a name: ``dict[str, Any]``, ``Literal["a", "b"]``, ``Any | None``."""

        def __getitem__(self, _):
            return self

        def __or__(self, _):
            return self

        __ror__ = __or__

    Any = Final = Literal = NoReturn = IO = TextIO = _Hint()

    class Protocol:
        """A base class that says what others have."""

    def TypeVar(name, **_):  # noqa: N802
        """Nothing: a type variable stands in annotations only."""

    def cast(_, value):
        """The value."""
        return value
