"""Where a model answers, by how it is reached."""

from __future__ import annotations

from collections.abc import Sequence

from servewright.catalog.serving_runtime import ServingRuntime
from servewright.change.model import Version
from servewright.explain.calling import addresses_of, authentication_of
from servewright.explain.server import Server, server_with


def server(version: Version) -> Server:
    """The server of a version."""
    return server_with(version.decisions, _runtime(version))


def addresses(version: Version) -> dict[str, str]:
    """The model's addresses in words, by how it is reached."""
    return addresses_of(version.decisions, server(version))


def both_addresses(before: Version, after: Version) -> tuple[dict[str, str], dict[str, str]]:
    """The addresses of both; where the port of one is in no file, it is not known to change."""
    if known(before) and known(after):
        return addresses(before), addresses(after)
    guessed = [addresses_of(side.decisions, server_with(side.decisions, None)) for side in (before, after)]
    return guessed[0], guessed[1]


def known(version: Version) -> bool:
    """Whether its runtime, and so port, API and model name, is in a file."""
    return version.decisions.runtime.llmd or _runtime(version) is not None


def listed(texts: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def authentication(version: Version) -> str:
    """What callers must show: nothing, a token of the cluster, or one of Models-as-a-Service."""
    return authentication_of(version.decisions)


def _runtime(version: Version) -> ServingRuntime | None:
    choice = version.decisions.runtime
    return choice.runtime or version.context.catalog.cluster_runtimes.get(("", choice.name))
