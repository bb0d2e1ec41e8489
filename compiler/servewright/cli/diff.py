"""``servewright diff``: what a change does to what is deployed."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from servewright.change.differences import differences
from servewright.change.model import Reported
from servewright.change.reports import IN_CHECKOUT, REPORTS
from servewright.change.reports.places import reported_in_checkout
from servewright.cli.session import FAILED, USAGE, Session, fail, fail_on_option, open_session, use_color
from servewright.diagnostics.codes import is_consequence
from servewright.model.project import FILE
from servewright.read.files import folder_in_checkout
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
    session = open_session(options.directory)
    reported = differences(_base(session, options), session.repository, allow_deletions=options.allow_deletions)
    if options.format in IN_CHECKOUT:
        reported = reported_in_checkout(reported, folder_in_checkout(session.root))
    render = import_module(f"servewright.change.reports.{REPORTS[options.format]}").render
    coloured = {"color": True} if options.format == "text" and use_color(sys.stdout) else {}
    sys.stdout.write(render(reported, **coloured))
    return _exit_code(reported, options.fail_on)


def _base(session: Session, options: argparse.Namespace) -> Repository:
    if options.base_directory is not None:
        from servewright.read.from_disk import read_repository

        folder = os.path.join(session.directory, options.base_directory)
        if not os.path.isdir(folder):
            fail(f"the folder `{options.base_directory}` does not exist", "name a folder that has a servewright.yaml")
        return read_repository(folder)
    from servewright.read.from_git import read_base
    from servewright.read.git_program import GitError

    try:
        return read_base(session.root, "HEAD" if options.base is None else options.base, session.repository, os.environ)
    except GitError as error:
        fail(error.message, error.hint)


def _exit_code(reported: Reported, fail_on: str) -> int:
    broken = (item for item in reported.others if item.severity == "error" and not is_consequence(item.code))
    if any(item.span and item.span.file == FILE for item in broken):
        return USAGE
    failing = ("errors", "warnings") if fail_on == "warning" else ("errors",)
    return FAILED if any(reported.summary[severity] for severity in failing) else 0
