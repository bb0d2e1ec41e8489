"""Shards: every so many-th file of a repository, made on its own machine, and merged on one.

A shard is a file of two lines of JSON: a head, and the parts. The head says which inputs they were made of, so that what
is merged fits together, and has a hash of the parts, so that what was damaged on the way is not taken for sound. Whoever
can make a shard is trusted as whoever can render.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from servewright import __version__
from servewright.diagnostics.model import Source
from servewright.hashing import blake2b
from servewright.hints import Any
from servewright.parts.codec import Codec, Plain
from servewright.parts.part import Part
from servewright.parts.run import Order, Schedule, ScheduleError
from servewright.record import NamedTuple
from servewright.repository import Repository

_VERSION = 3


class Shard(NamedTuple):
    """Which shard it is, counted from 1."""

    number: int
    total: int

    def of(self, sources: Sequence[Source]) -> Sequence[Source]:
        """Its files."""
        return sources[self.number - 1 :: self.total]

    def __str__(self) -> str:
        return f"{self.number}/{self.total}"


class ShardError(ScheduleError):
    """Shards that cannot be merged."""


def pack(shard: Shard, order: Order, schedule: Schedule) -> str:
    """The file of a shard: the parts of its files, made by ``schedule``."""
    codec = Codec(order.repository.sources, order.prepared.context)
    plain: list[Plain] = []
    texts: list[str] = []
    digests: list[str] = []
    for part in schedule(order._replace(sources=shard.of(order.sources))):
        plain.append(codec.encode(part))
        texts += [item.text for item in part.written]
        digests += [item.digest for item in part.written]
    body = json.dumps({"parts": plain, "texts": texts, "digests": digests}, separators=(",", ":"))
    head = {
        "version": _VERSION,
        "servewright": __version__,
        "shard": shard,
        "inputs": _inputs(order.repository),
        "parts": _hash(body),
    }
    return f"{json.dumps(head, separators=(',', ':'))}\n{body}\n"


def merge(files: Mapping[str, str]) -> Schedule:
    """The schedule that takes parts from all shards; ``files`` are their texts by path.

    The schedule raises ShardError when they are not the shards of the repository.
    """

    def schedule(order: Order) -> Iterator[Part]:
        codec = Codec(order.repository.sources, order.prepared.context)
        found = _complete({path: _read(path, text, order.repository) for path, text in files.items()})
        parts: dict[str, tuple[Plain, list[str], list[str]]] = {}
        for body in found.values():
            document = json.loads(body)
            at = 0
            for plain in document["parts"]:
                end = at + len(plain[1])
                parts[plain[0]] = plain, document["texts"][at:end], document["digests"][at:end]
                at = end
        for source in order.sources:
            yield codec.decode(*parts[source.path])

    return schedule


class _Found(NamedTuple):
    """A shard's file: which one it is, and its parts as JSON."""

    shard: Shard
    body: str


def _read(path: str, text: str, repository: Repository) -> _Found:
    head, _, body = text.partition("\n")
    body = body.removesuffix("\n")
    try:
        document: dict[str, Any] = json.loads(head)
        keys = ("version", "servewright", "shard", "inputs", "parts")
        version, tool, (number, total), inputs, digest = (document[key] for key in keys)
        shard = Shard(int(number), int(total))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ShardError(f"`{path}` is not a shard", "pass the files that `servewright render --shard` wrote") from None
    if (version, tool) != (_VERSION, __version__):
        raise ShardError(
            f"`{path}` was made by another servewright ({str(tool)[:40]!r})", "use one version in all jobs"
        )
    if digest != _hash(body):
        raise ShardError(f"`{path}` is damaged", "hand it on as it was written, or make it again")
    if inputs != _inputs(repository):
        raise ShardError(
            f"`{path}` was made of other inputs than those that are here",
            "check out the same commit in all jobs, and make the shards again",
        )
    return _Found(shard, body)


def _complete(found: Mapping[str, _Found]) -> dict[Shard, str]:
    """The parts of each shard, if they are all there."""
    total = next(iter(found.values())).shard.total
    by_shard: dict[Shard, str] = {}
    for path, (shard, body) in found.items():
        if shard.total != total or shard in by_shard:
            raise ShardError(f"`{path}` is shard {shard}, which does not fit beside the others", "pass each shard once")
        by_shard[shard] = body
    if len(by_shard) < total:
        first = next(shard for number in count(1) if (shard := Shard(number, total)) not in by_shard)
        more = total - len(by_shard) - 1
        others = f", and so are {more} more" if more else ""
        raise ShardError(f"shard {first} is missing{others}", "pass the files of all shards")
    return by_shard


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()


def _inputs(repository: Repository) -> str:
    """A hash of all inputs, and of what could not be read."""
    project = (repository.project,) if repository.project is not None else ()
    digest = blake2b(digest_size=20)
    for source in (*project, *repository.catalog, *repository.deployments):
        for text in source:
            digest.update(f"{len(text)} {text}".encode("utf-8", "surrogatepass"))
    digest.update(
        repr([(item.rule.code, item.message) for item in repository.findings]).encode("utf-8", "backslashreplace")
    )
    return digest.hexdigest()
