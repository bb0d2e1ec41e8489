"""The nearest of the words that would have been right."""

from __future__ import annotations

from collections.abc import Iterable

# Two of three letters right, as in `cpu` for `gpu`: below that, a guess misleads more than it helps.
_NEAR = 0.65
# Long names are cut short, as in `vllm-cuda` for `vllm-cuda-runtime-template`; fewer letters begin a word by chance.
_BEGINNING = 3
# Comparing is quadratic in the lengths; nothing that people name is longer (Kubernetes names end at 253).
_LONGEST = 256


def did_you_mean(word: str, choices: Iterable[str]) -> str | None:
    """Return the one of ``choices`` that ``word`` was probably meant to be, spelled as it is there, or None.

    Upper and lower case do not matter. The answer does not depend on the order of ``choices``.
    """
    from difflib import get_close_matches

    wanted = word.casefold()
    spelled: dict[str, str] = {}
    for choice in sorted(choices):
        if choice != word and len(choice) <= _LONGEST:
            spelled.setdefault(choice.casefold(), choice)
    begun = [choice for choice in spelled if choice.startswith(wanted)] if len(wanted) >= _BEGINNING else []
    near = begun if len(begun) == 1 else get_close_matches(wanted, begun or spelled, n=1, cutoff=_NEAR)
    return spelled[near[0]] if near else None
