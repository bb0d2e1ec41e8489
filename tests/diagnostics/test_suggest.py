"""Did you mean: helpful for a slip of the fingers, silent otherwise."""

from __future__ import annotations

import pytest

from servewright.diagnostics.suggest import did_you_mean

FIELDS = ["displayName", "env", "expose", "format", "replicas", "resources", "runtime", "source", "stopped", "strategy"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("runtme", "runtime"),
        ("Runtime", "runtime"),
        ("displayname", "displayName"),
        ("display_name", "displayName"),
        ("replica", "replicas"),
        ("evn", "env"),
        ("autoscaling", None),
        ("image", None),
        ("x", None),
        ("", None),
        ("runtime", None),
    ],
)
def test_suggestion(word: str, meant: str | None) -> None:
    assert did_you_mean(word, FIELDS) == meant


def test_order_of_the_choices_does_not_matter() -> None:
    assert did_you_mean("gpu-c", ["gpu-a", "gpu-b"]) == did_you_mean("gpu-c", ["gpu-b", "gpu-a"])
    assert did_you_mean("GPU-X", ["gpu-x", "Gpu-x"]) == did_you_mean("GPU-X", ["Gpu-x", "gpu-x"]) == "Gpu-x"


def test_spelling_that_differs_only_in_case_wins() -> None:
    assert did_you_mean("gpu-a", ["GPU-A", "gpu-aa"]) == "GPU-A"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("vllm-cuda", "vllm-cuda-runtime-template"),
        ("VLLM-ROCM", "vllm-rocm-runtime-template"),
        ("vllm", None),  # it begins two of them, and is nearer to `llm-d` than to either
        ("ll", None),
        ("llm-d", "LLM-D"),  # the whole name, not the beginning of the other
    ],
)
def test_the_beginning_of_a_long_name_means_it(word: str, meant: str | None) -> None:
    names = ["LLM-D", "llm-dashboard-template", "vllm-cuda-runtime-template", "vllm-rocm-runtime-template"]
    assert did_you_mean(word, names) == meant


def test_nothing_to_choose_from() -> None:
    assert did_you_mean("runtime", []) is None


def test_absurd_lengths_are_not_compared() -> None:
    assert did_you_mean("r" * 100_000, ["r" * 100_001]) is None
