"""What one machine of several makes: ``render --shard``."""

from __future__ import annotations

import argparse
import sys

from servewright.cli.session import Session, fail
from servewright.hints import TYPE_CHECKING

if TYPE_CHECKING:
    from servewright.parts.run import Schedule
    from servewright.parts.shards import Shard


def shard_option(instead: argparse._MutuallyExclusiveGroup) -> None:
    """--shard."""
    instead.add_argument(
        "--shard",
        type=_shard,
        metavar="K/N",
        help="compile every N-th file only, from the K-th on, and print what `servewright merge` takes",
    )


def print_shard(options: argparse.Namespace, session: Session, whole: bool, schedule: Schedule) -> int:
    """Print a shard; what is wrong is said when shards are merged."""
    if not whole:
        fail("a shard is of the whole repository", "leave PATH and --namespace out")
    from servewright.compilation import prepare
    from servewright.parts.run import Order
    from servewright.parts.shards import pack

    repository = session.repository
    order = Order(repository, prepare(repository), repository.deployments, True)
    sys.stdout.write(pack(options.shard, order, schedule))
    files = len(options.shard.of(repository.deployments))
    sys.stderr.write(f"shard {options.shard}: {files} of {len(repository.deployments)} files\n")
    return 0


def _shard(text: str) -> Shard:
    number, slash, total = text.partition("/")
    if not (slash and number.isdecimal() and total.isdecimal() and text.isascii() and 1 <= int(number) <= int(total)):
        raise argparse.ArgumentTypeError(f"`{text}` is no shard: write K/N, like 1/4")
    from servewright.parts.shards import Shard

    return Shard(int(number), int(total))
