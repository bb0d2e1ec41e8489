"""What a deployment costs, against PyYAML's C loader reading its spec; what the checks and a few commands cost."""

from __future__ import annotations

from collections import defaultdict

from processes import STARTS, Place, median
from report import Data, Figure, Goal, figures, ratios

COUNT = 1000
PLUGIN_LIMIT = 60  # seconds that Argo CD waits for the plugin (its sidecar waits 90)

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
import io, sys, time, types
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
sys.argv = ["servewright", "render", "--no-cache", "--jobs", "1"]
try:
    main()
except SystemExit as end:
    if end.code:
        raise
print(spent / (time.process_time() - spent))
"""


def measure(place: Place) -> Data:
    """Every figure in every round, side by side."""
    count = place.count(COUNT)
    one, many, limited = place.fleet(1), place.fleet(count), place.fleet(count, limited=True)
    specs = "\n".join(place.specs(many))
    rounds: Data = defaultdict(list)

    def each(render_one: float, render_many: float) -> float:
        """CPU of each deployment but the first, which pays for start-up and catalog."""
        return (render_many - render_one) / (count - 1)

    def share(fleet: str) -> float:
        place.clear(fleet)
        return place.answer(SHARE, folder=fleet)

    for _ in range(place.rounds):
        parse = place.answer(PARSE, folder=many, text=specs) / count
        render_one = median([place.render(one, "--jobs", "1") for _ in range(STARTS)])
        render_many = place.render(many, "--jobs", "1")
        unchanged = place.servewright("render", "--no-cache", "--jobs", "1", fleet=many)
        validate_one = place.starts(place.command, "validate", "--no-cache", folder=one)
        validate_many = place.servewright("validate", "--no-cache", "--jobs", "1", fleet=many)
        printed = place.servewright("render", "--stdout", "--jobs", "1", fleet=many)
        rounds["render"].append(each(render_one.cpu, render_many.cpu) / parse)
        rounds["whole"].append(render_many.cpu / count / parse)
        rounds["unchanged"].append(each(render_one.cpu, unchanged.cpu) / parse)
        rounds["validate"].append(each(validate_one.cpu, validate_many.cpu) / parse)
        rounds["checks"].append(share(many))
        rounds["limited"].append(share(limited))
        rounds["stdout"] += ratios([printed.cpu], [render_many.cpu])
        rounds["plugin"].append(place.servewright("argocd-plugin", fleet=many).wall / PLUGIN_LIMIT)
        rounds["parse"].append(parse * 1e6)
    return rounds


def tables(data: Data) -> str:
    """The table."""
    return figures(
        [
            Figure(
                "render into a fresh tree: CPU per deployment / parsing its spec with PyYAML's C loader",
                data["render"],
                Goal(4),
            ),
            Figure(f"the same with start-up and catalog, spread over {COUNT:,} deployments", data["whole"]),
            Figure("the same when nothing changed, without a cache", data["unchanged"]),
            Figure("validate: CPU per deployment / parsing its spec", data["validate"]),
            Figure("checks in a render: CPU / all else", data["checks"], Goal(0.35)),
            Figure(
                "the same with quotas, limit ranges, claims and Secrets of every namespace in the catalog",
                data["limited"],
            ),
            Figure("render --stdout: CPU / a render into a fresh tree", data["stdout"]),
            Figure(
                f"the [Argo CD plugin](plugin.md), {COUNT:,} deployments: time / the {PLUGIN_LIMIT} s that it has",
                data["plugin"],
                Goal(0.05),
            ),
        ]
    )
