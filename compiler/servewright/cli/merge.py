"""``servewright merge``: the tree from shards."""

from __future__ import annotations

import argparse
import os

from servewright.cli.render import instead_options, render, writing_options
from servewright.cli.session import fail, open_session
from servewright.parts.shards import ShardError, merge
from servewright.write.files import EVERYTHING

DESCRIPTION = """
Put together the shards of `servewright render --shard`, check what only shows when all deployments are known, and write
the tree.

All shards must be of the inputs that are here.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("shards", nargs="+", metavar="SHARD", help="a file that `servewright render --shard` printed")
    instead_options(parser)
    writing_options(parser)


def run(options: argparse.Namespace) -> int:
    """Merge; the exit code."""
    session = open_session(options.directory, "text" if options.stdout else options.format)
    try:
        texts = {path: _text(os.path.join(options.directory, path)) for path in options.shards}
        return render(options, session, EVERYTHING, merge(texts))
    except ShardError as problem:
        fail(str(problem), problem.hint)


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogatepass") as file:
            return file.read()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not UTF-8"
        raise ShardError(f"`{path}` cannot be read: {reason.lower()}", "pass the files of all shards") from None
