"""The texts of files, held so that what many of them have in common is in memory once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# Most files start with a copy of a template's runtime, whose spec is half of the file and the same in each.
_RUNTIME = "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\n"
_SPEC = "\nspec:\n"
_NEXT = "\n---\n"
_MOST_SHARED = 1000


class Texts(Mapping[str, str]):
    """Path to text. A text is put together when it is asked for."""

    def __init__(self) -> None:
        self._pieces: dict[str, tuple[str, ...]] = {}
        self._shared: dict[str, str] = {}

    def put(self, path: str, text: str) -> None:
        """Give the path its text."""
        self._pieces[path] = self._split(text)

    def sorted_with(self, others: Mapping[str, str]) -> Texts:
        """These and others, in the order of their paths."""
        result = Texts()
        every = self._pieces | {path: (text,) for path, text in others.items()}
        result._pieces = dict(sorted(every.items()))
        return result

    def __getitem__(self, path: str) -> str:
        return "".join(self._pieces[path])

    def __contains__(self, path: object) -> bool:
        return path in self._pieces

    def __iter__(self) -> Iterator[str]:
        return iter(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def _split(self, text: str) -> tuple[str, ...]:
        if not text.startswith(_RUNTIME):
            return (text,)
        start = text.find(_SPEC)
        end = text.find(_NEXT, start)
        if start < 0 or end < 0:
            return (text,)
        spec = text[start:end]
        known = self._shared.get(spec)
        if known is None:
            if len(self._shared) >= _MOST_SHARED:
                return (text,)
            known = self._shared[spec] = spec
        return text[:start], known, text[end:]
