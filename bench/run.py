"""Measure servewright: the cost of a deployment, of a cold start, and of growth, as ratios in one run.

    python bench/run.py [--rounds N] [--python PATH] [--profile]

Absolute times mean nothing on a shared machine, so every figure is the ratio of two things that were measured side by
side, round by round; what is shown is the median of the rounds, and the range. CPU time (user and system, of the whole
process) is what counts; wall time is shown for orientation. See bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fleet import write_fleet

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COUNT = 1000
PLUGIN_LIMIT = 60  # seconds that Argo CD waits for the plugin (its sidecar waits 90)
STARTS = 5  # short processes are noisy, so each round starts several
NOT_AT_START = ("cel_expr_python", "jinja2", "jsonschema", "multiprocessing")

# CPU seconds that PyYAML's C loader takes for the files named on standard input, reading them left out.
PARSE = """
import sys, time, yaml
texts = [open(path, encoding="utf-8").read() for path in sys.stdin.read().split("\\n")]
start = time.process_time()
for text in texts:
    yaml.load(text, Loader=yaml.CSafeLoader)
print(time.process_time() - start)
"""

# What the checks cost, of what all else of a render does: all of servewright.check that the compiler calls,
# functions and methods, with the modules that they load on their way.
SHARE = """
import sys, time, types
from servewright import compilation
from servewright.__main__ import main
spent = 0.0
def timed(check):
    def run(*arguments):
        global spent
        start = time.process_time()
        try:
            return check(*arguments)
        finally:
            spent += time.process_time() - start
    return run
for name, value in list(vars(compilation).items()):
    if not getattr(value, "__module__", "").startswith("servewright.check."):
        continue
    if isinstance(value, types.FunctionType):
        setattr(compilation, name, timed(value))
        continue
    for method, inner in list(vars(value).items()):
        if isinstance(inner, types.FunctionType) and not method.startswith("_"):
            setattr(value, method, timed(inner))
        elif isinstance(inner, classmethod):
            setattr(value, method, staticmethod(timed(getattr(value, method))))
sys.argv = ["servewright", "render"]
try:
    main()
except SystemExit as end:
    if end.code:
        raise
print(spent / (time.process_time() - spent))
"""

# The command itself ends its process at once, before a profile could be written.
PROFILE = """
import cProfile, sys
from servewright.__main__ import main
result = sys.argv[1]
sys.argv = ["servewright", "render"]
profile = cProfile.Profile()
try:
    profile.runcall(main)
except SystemExit:
    profile.dump_stats(result)
"""

# Without .pyc files a package compiles itself at each start.
COMPILE = """
import compileall, os, servewright, yaml
for package in (servewright, yaml):
    compileall.compile_dir(os.path.dirname(package.__file__), quiet=2)
"""


class Cost(NamedTuple):
    """Seconds of one process, and the largest amount of memory that it held (MiB)."""

    cpu: float
    wall: float
    memory: float


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(values) for values in zip(*costs, strict=True)))


class Round(NamedTuple):
    """What was measured side by side."""

    nothing: Cost
    help: Cost
    validate_one: Cost
    one: Cost
    many: Cost
    unchanged: Cost
    plugin: Cost
    validate_many: Cost
    checks: float
    limited: float
    most: Cost | None
    validate_most: Cost | None
    parse: float


class Figure(NamedTuple):
    """A ratio (or MiB) in every round, with the goal for it (None: for orientation)."""

    title: str
    goal: float | None
    ratios: Sequence[float]

    def line(self) -> str:
        """One line of the report."""
        median = statistics.median(self.ratios)
        verdict = "" if self.goal is None else "ok" if median <= self.goal else "MISSED"
        goal = "" if self.goal is None else f"≤ {self.goal:g}"
        return f"{self.title:<66}{median:8.2f}   {min(self.ratios):.2f}..{max(self.ratios):<10.2f}{goal:<8}{verdict}"


def main() -> None:
    """Set up, measure, print."""
    options = _options()
    with (
        tempfile.TemporaryDirectory(prefix="servewright-bench-") as venv,  # nothing can be run from some memory disks
        tempfile.TemporaryDirectory(prefix="servewright-bench-", dir=options.folder) as folder,
    ):
        bench = Bench(options.python or _install(venv), folder, options.growth)
        if options.profile:
            bench.profile()
            return
        bench.warm_up()
        rounds = [bench.round() for _ in range(options.rounds)]
        _report(bench, rounds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure servewright.")
    parser.add_argument("--rounds", type=int, default=7, help="how often everything is measured (default 7)")
    parser.add_argument("--python", help="an interpreter that servewright is installed for (default: a new one)")
    parser.add_argument(
        "--folder",
        default="/dev/shm" if os.path.isdir("/dev/shm") else None,
        help="where the fleets are (default: in memory, since disks are noisier than anything measured here)",
    )
    parser.add_argument(
        "--growth", type=int, default=10_000, metavar="N", help="how many deployments show growth; 0: not measured"
    )
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead (cProfile)")
    return parser.parse_args()


def _install(folder: str) -> str:
    """A virtual environment with servewright as users have it: a wheel, compiled, and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = os.path.join(folder, "bin", "python")
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "--quiet", REPOSITORY], check=True)
    return python


class Bench:
    """The processes that are measured."""

    def __init__(self, python: str, folder: str, growth: int) -> None:
        self.python = os.path.abspath(python)
        self.command = os.path.join(os.path.dirname(self.python), "servewright")
        self.folder = folder
        self.growth = growth
        self.renders = 0
        self.environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        self.fleets = {count: os.path.join(folder, str(count)) for count in (1, COUNT, growth) if count}
        paths = {count: write_fleet(place, count) for count, place in self.fleets.items()}
        self.specs = "\n".join(paths[COUNT])
        self.limited = os.path.join(folder, "limited")
        write_fleet(self.limited, COUNT, limited=True)
        subprocess.run([self.python, "-c", COMPILE], env=self.environment, check=True)

    def run(self, *arguments: str, folder: str | None = None) -> Cost:
        """The cost of one process, started in ``folder``; its failure ends the run."""
        with open(os.path.join(self.folder, "output"), "wb") as output:
            start = time.perf_counter()
            process = subprocess.Popen(arguments, cwd=folder, env=self.environment, stdout=output, stderr=output)
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            with open(os.path.join(self.folder, "output"), encoding="utf-8") as output_file:
                sys.exit(f"{' '.join(arguments)} failed with {process.returncode}:\n{output_file.read()[-3000:]}")
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)

    def starts(self, *arguments: str, folder: str | None = None) -> Cost:
        """The median of several starts."""
        return _median([self.run(*arguments, folder=folder) for _ in range(STARTS)])

    def validate(self, count: int) -> Cost:
        """Validate a fleet."""
        return self.run(self.command, "validate", folder=self.fleets[count])

    def checks(self, fleet: str) -> float:
        """CPU of the checks in a render of the fleet, as a part of the rest."""
        self._move_away(fleet)
        result = subprocess.run(
            [self.python, "-c", SHARE],
            cwd=fleet, env=self.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(result.stdout)

    def render(self, count: int) -> Cost:
        """Render a fleet into a fresh tree: to free a file is slow on some disks, so the old one is moved away."""
        self._move_away(self.fleets[count])
        return self.rerender(count)

    def rerender(self, count: int) -> Cost:
        """Render a fleet over the tree that is there."""
        return self.run(self.command, "render", folder=self.fleets[count])

    def _move_away(self, fleet: str) -> None:
        self.renders += 1
        for name in ("rendered", "servewright.lock"):
            path = os.path.join(fleet, name)
            if os.path.exists(path):
                os.rename(path, os.path.join(self.folder, f"old-{self.renders}-{name}"))

    def parse(self) -> float:
        """CPU seconds of PyYAML's C loader for one spec."""
        result = subprocess.run(
            [self.python, "-c", PARSE],
            input=self.specs, env=self.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        return float(result.stdout) / COUNT

    def warm_up(self) -> None:
        """Fill the page cache, and make sure that nothing heavy is imported."""
        self.parse()
        for count in self.fleets:
            self.render(count)
        modules = self._modules("render", folder=self.fleets[1])
        heavy = [name for name in NOT_AT_START if name in modules]
        if heavy:
            sys.exit(f"imported at start: {', '.join(heavy)}")
        self.modules = len(modules)

    def _modules(self, *arguments: str, folder: str) -> set[str]:
        result = subprocess.run(
            [self.python, "-X", "importtime", "-m", "servewright", *arguments],
            cwd=folder, env=self.environment, check=True, capture_output=True, text=True,
        )  # fmt: skip
        lines = result.stderr.splitlines()
        return {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}

    def round(self) -> Round:
        """Everything once, side by side."""
        return Round(
            nothing=self.starts(self.python, "-c", "pass"),
            help=self.starts(self.command, "--help"),
            validate_one=self.starts(self.command, "validate", folder=self.fleets[1]),
            one=_median([self.render(1) for _ in range(STARTS)]),
            parse=self.parse(),
            many=self.render(COUNT),
            unchanged=self.rerender(COUNT),
            plugin=self.run(self.command, "argocd-plugin", folder=self.fleets[COUNT]),
            validate_many=self.validate(COUNT),
            checks=self.checks(self.fleets[COUNT]),
            limited=self.checks(self.limited),
            most=self.render(self.growth) if self.growth else None,
            validate_most=self.validate(self.growth) if self.growth else None,
        )

    def profile(self) -> None:
        """Show where a render of the fleet spends its time; profiling itself makes everything about twice as slow."""
        self._move_away(self.fleets[COUNT])
        result = os.path.join(self.folder, "profile")
        self.run(self.python, "-c", PROFILE, result, folder=self.fleets[COUNT])
        pstats.Stats(result).sort_stats("tottime").print_stats(40)


def _report(bench: Bench, rounds: Sequence[Round]) -> None:
    print(f"{COUNT} deployments, {len(rounds)} rounds, {bench.modules} modules imported to render")
    print(f"{'':<66}{'median':>8}   {'range':<16}{'goal':<8}")
    for figure in _figures(rounds, bench.growth):
        print(figure.line())
    parse = statistics.median(item.parse for item in rounds) * 1e6
    many = statistics.median(item.many.cpu for item in rounds) * 1e6 / COUNT
    nothing = statistics.median(item.nothing.cpu for item in rounds) * 1e3
    memory = max(item.many.memory for item in rounds)
    print(
        f"for orientation: CSafeLoader {parse:.0f} µs a spec, render {many:.0f} µs a deployment, "
        f"python -c pass {nothing:.1f} ms; render takes {memory:.0f} MiB at {COUNT}"
    )


def _memory(cost: Cost | None) -> float:
    return cost.memory if cost else 0.0


def _figures(rounds: Sequence[Round], growth: int) -> list[Figure]:
    def each(of: Callable[[Round], float]) -> list[float]:
        return [of(item) for item in rounds]

    def more(cost: Cost, one: Cost, count: int) -> float:
        """CPU of each deployment but the first, which pays for start-up and catalog."""
        return (cost.cpu - one.cpu) / (count - 1)

    figures = [
        Figure(
            "render, CPU per deployment / CSafeLoader parsing its spec",
            6,
            each(lambda item: more(item.many, item.one, COUNT) / item.parse),
        ),
        Figure("  … with start-up and catalog", None, each(lambda item: item.many.cpu / COUNT / item.parse)),
        Figure(
            "  … when nothing changed",
            None,
            each(lambda item: more(item.unchanged, item.one, COUNT) / item.parse),
        ),
        Figure(
            "validate, CPU per deployment / CSafeLoader parsing its spec",
            None,
            each(lambda item: more(item.validate_many, item.validate_one, COUNT) / item.parse),
        ),
        Figure("checks in a render, CPU / all else", 0.35, each(lambda item: item.checks)),
        Figure("  … with quotas and limit ranges for every namespace", None, each(lambda item: item.limited)),
        Figure(
            f"argocd-plugin of {COUNT} deployments, wall / the time it has",
            0.05,
            each(lambda item: item.plugin.wall / PLUGIN_LIMIT),
        ),
        Figure(
            "validate one deployment, CPU / python -c pass",
            8,
            each(lambda item: item.validate_one.cpu / item.nothing.cpu),
        ),
        Figure("render one deployment, CPU / python -c pass", 8, each(lambda item: item.one.cpu / item.nothing.cpu)),
        Figure("  … wall", None, each(lambda item: item.one.wall / item.nothing.wall)),
        Figure("servewright --help, CPU / python -c pass", 4, each(lambda item: item.help.cpu / item.nothing.cpu)),
        Figure("  … wall", None, each(lambda item: item.help.wall / item.nothing.wall)),
    ]
    if growth:
        ratios = [more(item.most, item.one, growth) / more(item.many, item.one, COUNT) for item in rounds if item.most]
        figures += [
            Figure(f"CPU per deployment at {growth} / at {COUNT}", 1.1, ratios),
            Figure(f"memory of validate at {growth}, MiB", 160, each(lambda item: _memory(item.validate_most))),
            Figure(f"memory of render into a fresh tree at {growth}, MiB", 160, each(lambda item: _memory(item.most))),
        ]
    return figures


if __name__ == "__main__":
    main()
