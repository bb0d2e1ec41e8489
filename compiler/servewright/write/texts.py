"""The texts of files, held so that what many of them have in common is in memory once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# Most files start with a copy of a template's runtime, which is half of the file and the same in each, but for its name.
_RUNTIME = "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\n"
_NAMESPACE = "\n  namespace: "
_NEXT = "\n---\n"
_START = 400  # characters by which what may be shared is found: to hash all of it takes as long as to copy it
_MOST_STARTS = 1000
_MOST_ALIKE = 10

_Held = str | tuple[str, int, str]  # the whole text; or the rest of it, and what is shared, at this place in it


class Texts(Mapping[str, str]):
    """Path to text. A text is put together when it is asked for."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._shared: dict[str, list[str]] = {}

    def put(self, path: str, text: str) -> None:
        """Give the path its text."""
        self._held[path] = self._split(text) if text.startswith(_RUNTIME) else text

    def sorted_with(self, others: Mapping[str, str]) -> Texts:
        """These and others, in the order of their paths."""
        result = Texts()
        every: dict[str, _Held] = {**self._held, **others}
        result._held = {path: every[path] for path in sorted(every)}
        return result

    def __getitem__(self, path: str) -> str:
        held = self._held[path]
        if isinstance(held, str):
            return held
        rest, start, shared = held
        return f"{rest[:start]}{shared}{rest[start:]}"

    def __contains__(self, path: object) -> bool:
        return path in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def _split(self, text: str) -> _Held:
        start = text.find("\n", text.find(_NAMESPACE) + 1)  # name and namespace come first in metadata
        key = text[start : start + _START]
        alike = self._shared.get(key)
        for part in alike or ():
            if text.startswith(part, start):
                return text[:start] + text[start + len(part) :], start, part
        end = text.find(_NEXT, start)
        if start < 0 or end < 0:
            return text
        part = text[start:end]
        if alike is not None and len(alike) < _MOST_ALIKE:
            alike.append(part)
        elif alike is None and len(self._shared) < _MOST_STARTS:
            self._shared[key] = [part]
        else:
            return text
        return text[:start] + text[end:], start, part
