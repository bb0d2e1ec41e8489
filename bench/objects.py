"""What checking one object costs, as a multiple of what PyYAML's C loader takes to read its text.

python bench/objects.py [FOLDER]      # of the objects under FOLDER, default: examples/rendered
"""

from __future__ import annotations

import functools
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from servewright.catalog.release import load_release
from servewright.check import schemas
from servewright.check.cluster import Checker, Memo

ROUNDS = 15
EXAMPLES = Path(__file__).parents[1] / "examples" / "rendered"


def main() -> None:
    """Print one line for each kind: the median of the rounds."""
    release = load_release("openshift-ai", "3.4")
    assert release is not None
    load = functools.partial(schemas.load, release)
    objects: dict[str, list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for file in sorted(Path(sys.argv[1] if sys.argv[1:] else EXAMPLES).rglob("*.yaml")):
        for text in file.read_text().split("\n---\n"):
            body = yaml.load(text, yaml.CSafeLoader)
            if body["kind"] != "Kustomization":
                objects[body["kind"]].append((text, body))
    print(f"{'kind':<24}{'objects':>8}{'lines':>7}{'µs':>8}{'/ reading':>11}{'with a memo':>13}{'first, ms':>11}")
    for kind, found in sorted(objects.items()):
        texts, bodies = [text for text, _ in found], [body for _, body in found]
        start = time.process_time()
        checker = Checker(load)
        checker.check(bodies[0])  # its schema is read, and made into functions
        first = (time.process_time() - start) * 1e3
        memo = Memo()
        measured = []
        for _ in range(ROUNDS):  # side by side, since the machine may be busy with something else at any time
            read = _cost(lambda text: yaml.load(text, yaml.CSafeLoader), texts)
            plain = _cost(checker.check, bodies)
            again = _cost(functools.partial(checker.check, memo=memo), bodies)
            measured.append((plain * 1e6, plain / read, again / read))
        cost, ratio, remembered = (statistics.median(values) for values in zip(*measured, strict=True))
        lines = sum(text.count("\n") for text in texts) // len(texts)
        print(f"{kind:<24}{len(found):>8}{lines:>7}{cost:>8.0f}{ratio:>11.3f}{remembered:>13.3f}{first:>11.1f}")


def _cost(action: Callable[[Any], object], values: list[Any]) -> float:
    times = max(1, 50 // len(values))
    start = time.process_time()
    for _ in range(times):
        for value in values:
            action(value)
    return (time.process_time() - start) / times / len(values)


if __name__ == "__main__":
    main()
