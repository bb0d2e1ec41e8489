"""A full render with all validation, beside what other tools take for InferenceServices alone, in one run."""

from __future__ import annotations

import os
import shutil
import statistics
import sys
from collections import defaultdict

from peers import KUBECONFORM, PEERS, go_tools, prepare, rendered
from processes import Cost, Place
from report import Data, Goal, ratios, short, table

COUNT = 1000
OURS = "servewright"
ONE = "servewright, one process"
_RELEASE = "openshift-ai", "3.4"


def measure(place: Place) -> Data:
    """A B C …, round by round, each into an empty folder."""
    count = place.count(COUNT)
    fleet = place.fleet(count)
    programs = {}
    for peer in PEERS:
        if peer.name.partition(" ")[0] in place.without:
            continue
        folder = os.path.join(place.folder, "peers", peer.name.replace(" ", "-"))
        try:
            programs[peer] = (folder, *prepare(peer, folder, count))
        except Exception as problem:
            word = peer.name.partition(" ")[0]
            sys.exit(f"{peer.name} {peer.version} cannot be had: {problem}\nmeasure without it: --without {word}")
    conform = str(go_tools.kubeconform()) if "kubeconform" not in place.without else None
    data: Data = defaultdict(list)

    def note(name: str, cost: Cost) -> None:
        for part, value in zip(Cost._fields, cost, strict=True):
            data[f"{name} {part}"].append(value)

    for number in range(place.rounds):
        note(OURS, place.render(fleet))
        note(ONE, place.render(fleet, "--jobs", "1"))
        for peer, (folder, program, environment) in programs.items():
            output = os.path.join(place.folder, "peer-output")
            shutil.rmtree(output, ignore_errors=True)
            os.makedirs(output)
            note(
                peer.name,
                place.run(*peer.command(program, count, output), folder=folder, environment=dict(environment)),
            )
            if number == 0:
                services, lines = rendered(output)
                if services != count:
                    sys.exit(f"{peer.name} rendered {services} InferenceServices instead of {count}")
                data[f"{peer.name} lines"] = [lines / count]
        note("validate", place.servewright("validate", "--no-cache", "--jobs", "1", fleet=fleet))
        if conform is not None:
            note("kubeconform", place.run(conform, *_questions(fleet), folder=fleet))
    data[f"{OURS} lines"] = [_lines(fleet) / count]
    return data


def _questions(fleet: str) -> list[str]:
    """Kubeconform's arguments for the tree of a fleet, with the schemas of its release."""
    from servewright.catalog.release import load_release
    from servewright.check.schemas import schema_folder

    release = load_release(*_RELEASE)
    assert release is not None
    layout = "{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"
    folder = os.path.realpath(schema_folder())
    locations = [word for name in release.schemas for word in ("-schema-location", f"{folder}/{name}/{layout}")]
    return ["-strict", "-summary", "-ignore-filename-pattern", r"kustomization\.yaml$", *locations, "rendered"]


def _lines(fleet: str) -> int:
    return rendered(os.path.join(fleet, "rendered"))[1]


def tables(data: Data) -> str:
    """Two tables: rendering, validating."""
    peers = [peer for peer in PEERS if f"{peer.name} wall" in data]
    columns = [
        "",
        "lines each",
        "wall, s",
        "CPU, s",
        "memory, MiB",
        "wall / servewright",
        "/ its one process",
        "Goal",
        "Met",
    ]
    rows = [
        [title, short(data[f"{OURS} lines"][0]), *_costs(data, name), *_ratios(data, name), "", ""]
        for title, name in (
            (f"{OURS}, as it comes, everything validated", OURS),
            (f"{OURS} --jobs 1, the same", ONE),
        )
    ]
    for peer in sorted(peers, key=lambda peer: statistics.median(data[f"{peer.name} wall"])):
        goal = Goal(peer.goal, at_least=True) if peer.goal is not None else None
        median = statistics.median(ratios(data[f"{peer.name} wall"], data[f"{OURS} wall"]))
        rows.append(
            [
                f"{peer.name} {peer.version}",
                short(data[f"{peer.name} lines"][0]),
                *_costs(data, peer.name),
                *_ratios(data, peer.name),
                f"≥ {goal.limit:g}" if goal else "",
                ("yes" if goal.met(median) else "**no**") if goal else "",
            ]
        )
    text = table(columns, rows)
    if "kubeconform wall" in data:
        validating = [
            ["servewright validate, one process: specs read, compiled, checked", *_costs(data, "validate"), "1"],
            [
                f"kubeconform {KUBECONFORM}, four workers: schemas of what was rendered",
                *_costs(data, "kubeconform"),
                short(statistics.median(ratios(data["kubeconform wall"], data["validate wall"]))),
            ],
        ]
        text += "\n" + table(["", "wall, s", "CPU, s", "memory, MiB", "wall / servewright validate"], validating)
    return text


def _ratios(data: Data, name: str) -> list[str]:
    """Wall time against servewright as it comes, and against one process of it: median and range."""
    cells = []
    for ours in (OURS, ONE):
        every = ratios(data[f"{name} wall"], data[f"{ours} wall"])
        spread = "" if name == ours else f" ({short(min(every))}–{short(max(every))})"
        cells.append(f"{short(statistics.median(every))}{spread}")
    return cells


def _costs(data: Data, name: str) -> list[str]:
    return [short(statistics.median(data[f"{name} {part}"])) for part in ("wall", "cpu", "memory")]
