"""Measure servewright, beside other tools and beside itself, and write docs/performance.md's tables and charts.

    python bench/run.py                      # everything; needs an hour and a quiet machine
    python bench/run.py --only growth,cold   # some sections
    python bench/run.py --quick              # everything, small: to see that it works; writes nothing
    python bench/run.py --profile            # where the time of a render goes instead

Absolute times mean nothing on a shared machine, so every figure is the ratio of two things that were measured side by
side, round by round; what is shown is the median of the rounds, and the range. See bench/README.md.
"""

from __future__ import annotations

import argparse
import os
import pstats
import sys
import tempfile
from collections.abc import Callable
from typing import NamedTuple

import page
from processes import Place, install
from report import Data
from sections import against_peers, cold, growth, incremental, parallel, review, today

QUICK = 10  # times fewer deployments


class Section(NamedTuple):
    """A part of docs/performance.md, and what fills it."""

    measure: Callable[[Place], Data]
    tables: Callable[[Data], str]


SECTIONS = {
    "today": Section(today.measure, today.tables),
    "peers": Section(against_peers.measure, against_peers.tables),
    "growth": Section(growth.measure, growth.tables),
    "incremental": Section(incremental.measure, incremental.tables),
    "diff": Section(review.measure, review.tables),
    "jobs": Section(parallel.measure_jobs, parallel.tables_jobs),
    "dask": Section(parallel.measure_dask, parallel.tables_dask),
    "cold": Section(cold.measure, cold.tables),
}

# The command itself ends its process at once, before a profile could be written.
PROFILE = """
import cProfile, sys
from servewright.__main__ import main
result = sys.argv[1]
sys.argv = ["servewright", "render", "--no-cache", "--jobs", "1"]
profile = cProfile.Profile()
try:
    profile.runcall(main)
except SystemExit:
    profile.dump_stats(result)
"""


def main() -> None:
    """Set up, measure, write."""
    options = _options()
    tables = {name: section.tables for name, section in SECTIONS.items()}
    if options.check:
        if not page.is_fresh(page.load(), tables):
            sys.exit("docs/performance.md is not what was measured: run `python bench/run.py --tables`")
        return
    if options.tables:
        page.write(page.load(), tables)
        return
    with (
        tempfile.TemporaryDirectory(prefix="servewright-bench-") as venvs,  # nothing can be run from some memory disks
        tempfile.TemporaryDirectory(prefix="servewright-bench-", dir=options.folder) as folder,
    ):
        python = options.python or install(os.path.join(venvs, "plain"))
        rounds, scale = (2, QUICK) if options.quick else (options.rounds, 1)
        place = Place(python, folder, venvs, rounds=rounds, scale=scale, without=frozenset(options.without))
        if options.profile:
            _profile(place)
            return
        place.render(place.fleet(1))  # fills the page cache
        for name in options.only:
            if name in options.without:
                continue
            print(f"## {name}\n", flush=True)
            data = SECTIONS[name].measure(place)
            print(SECTIONS[name].tables(data), flush=True)
            if not options.quick:
                page.keep(name, data)
    if not options.quick:
        page.write(page.load(), tables)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure servewright.")
    parser.add_argument("--rounds", type=int, default=7, help="how often everything is measured (default 7)")
    parser.add_argument(
        "--only", type=_names, default=list(SECTIONS), metavar="NAME,…", help=f"sections: {', '.join(SECTIONS)}"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="NAME",
        help="do without this tool or section: cdk8s, helm, kustomize, kapitan, kubeconform, dask, diff",
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the deployments, two rounds; write nothing")
    parser.add_argument("--python", help="an interpreter that servewright is installed for (default: a new one)")
    parser.add_argument(
        "--folder",
        default="/dev/shm" if os.path.isdir("/dev/shm") else None,
        help="where the fleets are (default: in memory, since disks are noisier than anything measured here)",
    )
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead (cProfile)")
    parser.add_argument("--tables", action="store_true", help="write the page anew from what was measured before")
    parser.add_argument("--check", action="store_true", help="fail if the page's tables are not what was measured")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in SECTIONS:
            raise argparse.ArgumentTypeError(f"`{name}` is none of {', '.join(SECTIONS)}")
    return names


def _profile(place: Place) -> None:
    """Show where a render of the fleet spends its time; profiling itself makes everything about twice as slow."""
    result = os.path.join(place.folder, "profile")
    place.run(place.python, "-c", PROFILE, result, folder=place.fleet(today.COUNT))
    pstats.Stats(result, stream=sys.stdout).sort_stats("tottime").print_stats(40)


if __name__ == "__main__":
    main()
