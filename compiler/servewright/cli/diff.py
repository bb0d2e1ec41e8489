"""``servewright diff``: what a change does to what is deployed."""

from __future__ import annotations

import argparse
import os
import sys

from servewright.change.differences import differences
from servewright.change.model import Reported
from servewright.change.reports import REPORTS
from servewright.change.reports.counts import every
from servewright.change.reports.places import reported_in_checkout
from servewright.change.told import without_change
from servewright.cli.session import (
    FAILED,
    USAGE,
    Session,
    broken_project,
    fail,
    fail_on_option,
    failing,
    read_session,
    use_color,
)
from servewright.diagnostics import codes
from servewright.diagnostics.escape import visible
from servewright.diagnostics.short import short
from servewright.model.project import FILE
from servewright.read.files import folder_in_checkout
from servewright.read.usage import UsageError
from servewright.repository import Repository

DESCRIPTION = """
Show what a change does to what is deployed: objects, fields, and consequences.

Compares the work tree with the commit that it has in common with REF, as a pull request does; by default with HEAD,
which is what is not committed yet. In CI, use `--base origin/main`.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--base", metavar="REF", help="the branch, tag or commit to compare with (default: HEAD)")
    instead.add_argument("--base-directory", metavar="FOLDER", help="compare with a repository in another folder")
    parser.add_argument(
        "--allow-deletions",
        action="store_true",
        help="removing many deployments of a namespace, or all, is meant",
    )
    parser.add_argument("--format", choices=tuple(REPORTS), default="text", help="how to answer (default: text)")
    fail_on_option(parser)


def run(options: argparse.Namespace) -> int:
    """Compare; the exit code."""
    try:
        session = read_session(options.directory)
        base = _base(session, options)
    except UsageError as error:
        return _refuse(error, options)
    reported = differences(base, session.repository, allow_deletions=options.allow_deletions)
    _write(reported, session.root, options.format)
    if broken_project(reported.others):
        return USAGE
    return FAILED if failing(every(reported), options.fail_on) else 0


def _write(reported: Reported, root: str, output_format: str) -> None:
    form = REPORTS[output_format]
    if form.in_checkout:
        reported = reported_in_checkout(reported, folder_in_checkout(root))
    coloured = {"color": True} if output_format == "text" and use_color(sys.stdout) else {}
    sys.stdout.write(form.render(reported, **coloured))


def _refuse(error: UsageError, options: argparse.Namespace) -> int:
    """Say a usage error: to machines in a document, which they expect in any case."""
    if options.format == "text":
        fail(error.message, error.hint)
    _write(without_change((error.finding(),)), options.directory, options.format)
    return USAGE


def _base(session: Session, options: argparse.Namespace) -> Repository:
    if options.base_directory is None:
        from servewright.read.from_git import read_base

        reference = "HEAD" if options.base is None else options.base
        return read_base(session.root, reference, session.repository, os.environ)
    from servewright.read.from_disk import read_repository

    folder = os.path.join(session.directory, options.base_directory)
    shown = f"`{visible(short(options.base_directory, 100))}`"
    hint = f"name a folder that has a {FILE}"
    if not os.path.isdir(folder):
        raise UsageError(codes.NO_BASE, f"the folder {shown} does not exist", hint)
    if not os.path.lexists(os.path.join(folder, FILE)):
        raise UsageError(
            codes.NO_BASE, f"there is no {FILE} in the folder {shown}, so there is nothing to compare with", hint
        )
    return read_repository(folder)
