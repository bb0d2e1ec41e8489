"""What a run costs after one that left its memory, against a full render in the same round."""

from __future__ import annotations

from collections import defaultdict

from processes import Place
from report import Data, Figure, Goal, figures

COUNT = 10_000


def measure(place: Place) -> Data:
    """Full, with and without a memory; nothing changed; one changed."""
    fleet = place.fleet(place.count(COUNT))
    rounds: Data = defaultdict(list)
    for number in range(place.rounds):
        scratch = place.render(fleet, "--jobs", "1")
        place.clear(fleet)
        full = place.servewright("render", "--jobs", "1", fleet=fleet)
        nothing = place.servewright("render", "--jobs", "1", fleet=fleet)
        _edit(place.specs(fleet)[number], number)
        one = place.servewright("render", "--jobs", "1", fleet=fleet)
        checked = place.servewright("validate", "--no-cache", "--jobs", "1", fleet=fleet)
        place.servewright("validate", "--jobs", "1", fleet=fleet)
        _edit(place.specs(fleet)[number], number)
        one_checked = place.servewright("validate", "--jobs", "1", fleet=fleet)
        for name, cost, whole in (
            ("remember", full, scratch),
            ("nothing", nothing, scratch),
            ("one", one, scratch),
            ("validate one", one_checked, checked),
        ):
            rounds[name].append(cost.cpu / whole.cpu)
            rounds[f"{name} wall"].append(cost.wall / whole.wall)
        rounds["nothing ms"].append(nothing.cpu * 1e3)
        rounds["one ms"].append(one.cpu * 1e3)
    return rounds


def _edit(path: str, number: int) -> None:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("  description: ", f"  description: Edit {number}. ", 1))


def tables(data: Data) -> str:
    """The table."""
    return figures(
        [
            Figure(
                "nothing changed: CPU / a render with `--no-cache` into a fresh tree", data["nothing"], Goal(1 / 15)
            ),
            Figure("the same: wall", data["nothing wall"]),
            Figure("one spec changed: CPU / that", data["one"], Goal(1 / 10)),
            Figure("the same: wall", data["one wall"]),
            Figure("validate, one spec changed: CPU / `validate --no-cache`", data["validate one"]),
            Figure("the first render, which fills the cache: CPU / one with `--no-cache`", data["remember"]),
            Figure("nothing changed: CPU", data["nothing ms"], None, "{} ms"),
            Figure("one spec changed: CPU", data["one ms"], None, "{} ms"),
        ]
    )
