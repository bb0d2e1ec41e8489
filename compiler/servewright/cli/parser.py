"""From arguments and environment to a command and its options."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from servewright import __version__
from servewright.hints import NoReturn
from servewright.record import NamedTuple

USAGE = 2
_ENVIRONMENT = "SERVEWRIGHT"
_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class Command(NamedTuple):
    """A command: its module in this package, and what it does in a line."""

    module: str
    summary: str


COMMANDS = {
    "init": Command("init", "make a repository that renders at once"),
    "render": Command("render", "compile and check the specs, and write the tree"),
    "validate": Command("validate", "compile and check the specs; write nothing"),
    "merge": Command("merge", "put together what several machines compiled, check it, and write the tree"),
    "explain": Command("explain", "show what was decided for a deployment and why, or what a code means"),
    "plan": Command("plan", "show what each namespace needs, also while changes roll out, beside its quotas"),
    "diff": Command("diff", "show what a change does: objects, fields and consequences"),
    "catalog list": Command("catalog_list", "show what can be chosen"),
    "gitops argocd": Command("gitops_argocd", "print the Applications by which Argo CD syncs the tree"),
    "gitops flux": Command("gitops_flux", "print the Kustomizations by which Flux syncs the tree"),
    "argocd-plugin": Command("argocd_plugin", "print the objects of an Application, for Argo CD's plugin sidecar"),
    "krm": Command("krm", "render as a function of kustomize and kpt: a ResourceList in, a ResourceList out"),
    "schema": Command("schema", "print the JSON Schema of an input, for editors"),
    "schemas import": Command("schemas_import", "turn CRDs into JSON Schemas that are as strict as the cluster"),
}

_DESCRIPTION = """\
Compile short deployment specs in Git into the Kubernetes objects that put models into service on KServe.
Commands work from any folder below servewright.yaml."""

_EPILOG = """\
Every option can be given by environment variable too: --format of all commands is SERVEWRIGHT_FORMAT, that of render
alone SERVEWRIGHT_RENDER_FORMAT.

exit codes: 0 fine · 1 an error, or a stale tree · 2 usage, or no or broken Project · 3 nothing to compile ·
            4 internal error"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A usage error, in the form of every other message."""
        self.exit(USAGE, f"error: {message}\n  = help: see `{self.prog} --help`\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=min(_columns(), 120) - 2)


def _columns() -> int:
    """The terminal's width. Not by shutil, which loads compression libraries; argparse asks for each argument."""
    try:
        return int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        pass
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns or 80
    except (OSError, ValueError):
        return 80


def main(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command that ``argv`` names; the exit code. argparse itself exits for --help, --version and bad usage."""
    if not argv:
        _top_parser().print_help()
        return 0
    options, rest = _parse_top(argv, environment)
    name, rest = _command_name(rest)
    # Not importlib's function: what that loads besides takes as long as two modules.
    module = __import__(f"servewright.cli.{COMMANDS[name].module}", fromlist=["run"])
    parser = _Parser(
        prog=f"servewright {name}",
        description=module.DESCRIPTION.strip(),
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    _defaults_from(environment, parser, name, rest)
    if all(argument.startswith("-") for argument in rest):
        parser.parse_args(rest, options)  # the same, where nothing stands between options, for a quarter of the time
    else:
        parser.parse_intermixed_args(rest, options)
    result: int = module.run(options)
    return result


def _top_parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS)) + 2
    listing = "\n".join(f"  {name:<{width}}{command.summary}" for name, command in COMMANDS.items())
    parser = _Parser(
        prog="servewright",
        usage="servewright [-C FOLDER] COMMAND …",
        description=f"{_DESCRIPTION}\n\ncommands:\n{listing}",
        epilog=_EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"servewright, version {__version__}")
    parser.add_argument("-C", "--directory", metavar="FOLDER", default=".", help="work as if started in this folder")
    return parser


def _parse_top(argv: Sequence[str], environment: Mapping[str, str]) -> tuple[argparse.Namespace, list[str]]:
    """Options up to the command's name, and the rest."""
    options = argparse.Namespace(directory=environment.get(f"{_ENVIRONMENT}_DIRECTORY", "."), command=list(argv))
    if argv[0].startswith("-"):  # else there are none, and a parser costs as much as a deployment
        top = _top_parser()
        top.add_argument("command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
        top.set_defaults(directory=options.directory)
        options = top.parse_args(argv)
    if not os.path.isdir(options.directory):
        _top_parser().error(f"the folder `{options.directory}` does not exist")
    rest = options.command
    del options.command
    return options, rest


def _command_name(rest: list[str]) -> tuple[str, list[str]]:
    if not rest:
        _top_parser().error("no command is given")
    for words in (1, 2):
        name = " ".join(rest[:words])
        if name in COMMANDS:
            return name, rest[words:]
    group = [name for name in COMMANDS if name.split()[0] == rest[0]]
    if group:
        listing = " or ".join(f"`servewright {name}`" for name in group)
        if rest[1:] in (["--help"], ["-h"]):
            print(f"usage: {listing.replace('`', '')} …")
            sys.exit(0)
        _top_parser().error(f"`{rest[0]}` needs to be told what to do: {listing}")
    from servewright.diagnostics.suggest import did_you_mean

    near = did_you_mean(rest[0], COMMANDS)
    return _top_parser().error(f"there is no command `{rest[0]}`" + (f"; did you mean `{near}`?" if near else ""))


def _defaults_from(
    environment: Mapping[str, str], parser: argparse.ArgumentParser, command: str, given: Sequence[str]
) -> None:
    """Options that the environment sets, for the command alone or for all that have them; the command line still wins."""
    prefixes = (f"{_ENVIRONMENT}_{command.replace(' ', '_').upper()}", _ENVIRONMENT)
    settings: dict[str, str] = {}
    for action in parser._actions:
        names = (f"{prefix}_{action.dest.upper()}" for prefix in prefixes)
        name = next((name for name in names if environment.get(name)), None)
        if name is None or not action.option_strings or action.dest == "help":
            continue
        value: object = environment[name]
        if action.nargs == 0:
            value = _SWITCH.get(environment[name].lower())
            if value is None:
                parser.error(f"{name} is `{environment[name]}`: write 1 or 0")
        elif action.choices is not None and value not in action.choices:
            parser.error(f"{name} is `{value}`: write one of {', '.join(action.choices)}")
        if value is not False:
            settings[action.dest] = name
        parser.set_defaults(**{action.dest: value})
    for group in parser._mutually_exclusive_groups:
        _settle(parser, group._group_actions, settings, given)


def _settle(
    parser: argparse.ArgumentParser,
    alternatives: Sequence[argparse.Action],
    settings: Mapping[str, str],
    given: Sequence[str],
) -> None:
    """Of options that exclude each other, one on the command line counts; two in the environment are an error."""
    named = {argument.partition("=")[0] for argument in given}
    if any(string in named for action in alternatives for string in action.option_strings):
        for action in alternatives:
            parser.set_defaults(**{action.dest: False if action.nargs == 0 else None})
        return
    names = [settings[action.dest] for action in alternatives if action.dest in settings]
    if len(names) > 1:
        parser.error(f"{' and '.join(names)} exclude each other")
