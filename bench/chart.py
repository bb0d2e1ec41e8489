"""The charts of docs/performance.md, from what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from typing import Any

import pygal
from pygal.style import Style

from sections.against_peers import OURS

# No background, and greys that can be read on white and on near-black: a picture on a page cannot know its theme.
_GREY = "#7d8590"
_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=_GREY,
    foreground_strong=_GREY,
    foreground_subtle=_GREY,
    colors=("#3b82c4", "#c2702d"),
    font_family="sans-serif",
    title_font_size=18,
    label_font_size=14,
    major_label_font_size=14,
    value_font_size=14,
    legend_font_size=14,
    value_colors=(_GREY, _GREY),
    guide_stroke_color="#7d859055",
    major_guide_stroke_color="#7d859055",
)
_COMMON = {"style": _STYLE, "js": (), "width": 840, "disable_xml_declaration": True}


def charts(results: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """File name and SVG of each chart that there are measurements for."""
    if "peers" in results:
        yield "performance-peers.svg", _peers(results["peers"]["values"])
    if "growth" in results:
        yield "performance-growth.svg", _growth(results["growth"]["values"])


def _peers(data: Mapping[str, list[float]]) -> str:
    times = {
        name.removesuffix(" wall"): statistics.median(values)
        for name, values in data.items()
        if name.endswith(" wall") and f"{name.removesuffix(' wall')} lines" in data
    }
    ordered = sorted(times, key=lambda name: times[name], reverse=True)
    chart = pygal.HorizontalBar(
        **_COMMON,
        height=90 + 45 * len(ordered),
        title="Rendering 1,000 deployments, as a multiple of servewright's time",
        show_legend=False,
        show_x_labels=False,
        show_x_guides=False,
        show_y_guides=False,
    )
    chart.x_labels = [f"{name}  {times[name] / times[OURS]:.1f} ×" for name in ordered]
    chart.add(
        "time",
        [{"value": times[name] / times[OURS], "color": _STYLE.colors[1 if name == OURS else 0]} for name in ordered],
    )
    return _text(chart, "peers")


def _growth(data: Mapping[str, list[float]]) -> str:
    counts = [int(count) for count in data["counts"]]
    chart = pygal.XY(
        **_COMMON,
        height=420,
        title="CPU seconds of a full render, by deployments",
        show_legend=False,
        logarithmic=False,
        dots_size=4,
        x_value_formatter=lambda value: f"{value:,.0f}",
        value_formatter=lambda value: f"{value:.0f}",
    )
    chart.add("CPU", [(count, statistics.median(data[f"cpu {count}"])) for count in counts])
    return _text(chart, "growth")


def _text(chart: Any, name: str) -> str:
    chart.uuid = name  # of its elements, instead of a random one
    return str(chart.render(is_unicode=True)) + "\n"
