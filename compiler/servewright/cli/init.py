"""``servewright init``: a new repository."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping

from servewright.catalog.release import known_releases, load_release
from servewright.cli import render
from servewright.cli.session import fail
from servewright.compilation import compile_repository
from servewright.diagnostics.escape import visible
from servewright.model.project import FILE, Platform
from servewright.read.files import find_root, folder_in_checkout
from servewright.repository import Repository
from servewright.scaffold.choices import CI, ENGINES, Choices, ci_of, project_name, requirement_problem
from servewright.scaffold.files import TO_MERGE, scaffold
from servewright.scaffold.next_steps import next_steps
from servewright.write.additions import Additions, add, plan_additions

DESCRIPTION = """
Make DIR (default: where you are) a repository that renders at once: a Project, an example deployment and catalog,
schemas for editors, and workflows that check pull requests.

Files that are there already are left as they are. Where there is a servewright.yaml, only what goes around it is added.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    platforms = sorted({name for name, _ in known_releases()})
    parser.add_argument(
        "folder", nargs="?", metavar="DIR", default=".", help="the repository's folder; made if missing"
    )
    parser.add_argument("--name", help="the repository's name (default: the folder's)")
    parser.add_argument("--platform", choices=platforms, help=f"what the cluster runs (default: {Platform().name})")
    parser.add_argument("--version", help=f"its release (default: {Platform().version})")
    parser.add_argument("--engine", choices=ENGINES, help="what syncs the cluster (default: argocd)")
    parser.add_argument("--repository", metavar="URL", help="where that will find this repository")
    parser.add_argument("--ci", choices=CI, help="what runs the checks (default: what the folder has, or else github)")
    parser.add_argument(
        "--install",
        metavar="REQUIREMENT",
        help="what the checks give to pip to install servewright (default: a line that says to write it)",
    )


def run(options: argparse.Namespace) -> int:
    """Add the files, and render; the exit code."""
    root = os.path.realpath(os.path.join(options.directory, options.folder))
    is_new = not os.path.lexists(os.path.join(root, FILE))
    ci, why = ci_of(lambda path: os.path.lexists(os.path.join(root, path)))
    _refuse(options, root, is_new, options.ci or ci)
    choices = _choices(options, root, options.ci or ci)
    files = scaffold(choices, examples=is_new)
    if choices.repository is not None:
        _refuse_project(files)
    additions = plan_additions(root, files)
    if additions.obstacles:
        listing = "".join(f"      {visible(path)} {what}\n" for path, what in sorted(additions.obstacles.items()))
        fail(f"nothing was written, because of what is in the way in `{visible(root)}`", f"move it\n{listing.rstrip()}")
    try:
        add(additions)
    except OSError as error:
        fail(
            f"`{visible(root)}` cannot be written: {(error.strerror or 'unknown error').lower()}",
            "see to disk space and permissions, and run it again: what is there is kept",
        )
    _report(additions, options.folder)
    if options.ci is None:
        others = ", ".join(other for other in CI if other != ci)
        sys.stderr.write(f"checks are for {ci}, because {why}; `--ci` has others: {others}\n")
    code = _render(root) if is_new else 0
    in_git = folder_in_checkout(root) != "" or os.path.lexists(os.path.join(root, ".git"))
    folder = os.path.normpath(os.path.join(options.directory, options.folder))
    steps = next_steps(choices, folder, additions.kept, is_new=is_new, in_git=in_git, is_fine=code == 0)
    sys.stderr.write("".join(["\nnext:\n", *(f"  {visible(step)}\n" for step in steps)]))
    return code


def _refuse(options: argparse.Namespace, root: str, is_new: bool, ci: str) -> None:
    if os.path.lexists(root) and not os.path.isdir(root):
        fail(f"`{visible(root)}` is not a folder", "name a folder, or one that is not there yet")
    above = find_root(os.path.dirname(root))
    if is_new and above is not None:
        fail(
            f"`{visible(root)}` is part of the repository `{visible(above)}`",
            f"write deployments into that one, or remove its {FILE}",
        )
    given = [
        name for name in ("name", "platform", "version", "engine", "repository") if getattr(options, name) is not None
    ]
    if given and not is_new:
        fail(
            f"there is a {FILE} already, on which `--{given[0]}` has no effect",
            f"change {FILE}, and leave the option out",
        )
    below = folder_in_checkout(root)
    if below and ci in ("github", "gitlab"):
        fail(
            f"`{visible(root)}` is not the top of its Git repository, and only there would {ci} find its files",
            f"run it in `{visible(root.removesuffix(f'/{below}'))}`, or with `--ci none`",
        )
    problem = None if options.install is None else requirement_problem(options.install)
    if problem:
        fail(
            f"pip cannot be told to install what `--install` names: {problem}",
            "write `servewright @ git+https://HOST/servewright.git@COMMIT`",
        )


def _refuse_project(files: Mapping[str, str]) -> None:
    """An address that cannot be in Git is known before anything is written; of all else it is known that it compiles."""
    for found in compile_repository(Repository.of(files)).diagnostics:
        if found.severity == "error":
            fail(f"`--repository` cannot be used: {visible(found.message)}", visible(found.help or ""))


def _choices(options: argparse.Namespace, root: str, ci: str) -> Choices:
    name = options.platform or Platform().name
    version = options.version or Platform().version
    release = load_release(name, version)
    if release is None:
        versions = ", ".join(known for platform, known in known_releases() if platform == name)
        fail(f"`{visible(version)}` is not a release of {name} that servewright knows", f"write one of {versions}")
    return Choices(
        project_name(options.name or os.path.basename(root)),
        name,
        version,
        release.applications_namespace,
        options.engine or "argocd",
        options.repository,
        ci,
        options.install,
    )


def _report(additions: Additions, folder: str) -> None:
    lines = [f"{len(additions.new)} files added in {visible(folder)}\n"]
    lines += [f"  {path}\n" for path in sorted(additions.new)]
    if additions.kept:
        lines.append("left as they are, with other content than would have been written:\n")
    for path in additions.kept:
        lines.append(f"  {path}\n")
        lines += [f"    add: {line}\n" for line in TO_MERGE.get(path, ())]
    sys.stderr.write("".join(lines))


def _render(root: str) -> int:
    """As ``servewright render`` would without an option, in the repository alone."""
    parser = argparse.ArgumentParser()
    render.arguments(parser)
    return render.run(parser.parse_args([], argparse.Namespace(directory=root)))
