"""How cost and memory grow with the fleet."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence

from processes import Place
from report import Data, Figure, Goal, figures, short, table

COUNTS = (100, 1_000, 10_000, 50_000)
_LINEAR_FROM = 1_000  # below, start-up is most of it
_MOST_ROUNDS = 3  # of the largest fleets: a minute each


def measure(place: Place) -> Data:
    """CPU, wall time and memory of a render into a fresh tree, for each size of the fleet."""
    data: Data = defaultdict(list)
    data["counts"] = [place.count(count) for count in COUNTS]
    for _ in range(min(place.rounds, _MOST_ROUNDS)):
        for count in map(int, data["counts"]):
            fleet = place.fleet(count)
            cost = place.render(fleet, "--jobs", "1")
            data[f"cpu {count}"].append(cost.cpu)
            data[f"wall {count}"].append(cost.wall)
            data[f"memory {count}"].append(cost.memory)
            data[f"validate memory {count}"].append(
                place.servewright("validate", "--no-cache", "--jobs", "1", fleet=fleet).memory
            )
            data[f"auto memory {count}"].append(place.render(fleet).memory)
            place.clear(fleet)
    return data


def exponents(data: Data) -> list[float]:
    """Of each round: the slope of log CPU over log count, by least squares."""
    every = sorted(map(int, data["counts"]))
    counts = [count for count in every if count >= _LINEAR_FROM] or every
    return [_slope(counts, costs) for costs in zip(*(data[f"cpu {count}"] for count in counts), strict=True)]


def _slope(counts: Sequence[float], costs: Sequence[float]) -> float:
    return statistics.linear_regression([math.log(count) for count in counts], [math.log(cost) for cost in costs]).slope


def tables(data: Data) -> str:
    """Two tables: by size, and what is wanted."""
    counts = [int(count) for count in data["counts"]]
    rows = [
        [
            f"{count:,}",
            short(statistics.median(data[f"cpu {count}"]) / count * 1e3),
            short(statistics.median(data[f"wall {count}"])),
            short(statistics.median(data[f"memory {count}"])),
            short(statistics.median(data[f"auto memory {count}"])),
            short(statistics.median(data[f"validate memory {count}"])),
        ]
        for count in counts
    ]
    columns = [
        "Deployments",
        "CPU, ms each",
        "wall, s",
        "memory, MiB",
        "with all processors, the largest process",
        "of validate",
    ]
    third, largest = counts[-2:]
    wanted = [
        Figure("growth exponent of CPU, 1,000 to 50,000", exponents(data), Goal(1.02)),
        Figure(f"memory at {third:,}", data[f"memory {third}"], Goal(160), "{} MiB"),
        Figure(f"memory at {largest:,}", data[f"memory {largest}"], Goal(400), "{} MiB"),
    ]
    return f"{table(columns, rows)}\n{figures(wanted)}"
