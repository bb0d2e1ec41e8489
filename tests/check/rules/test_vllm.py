"""What vLLM makes of the arguments of an InferenceService, and of the accelerators of its pods."""

from __future__ import annotations

from typing import Any

import pytest

from check.rules.cases import compiled, deployment, gpus, messages, reported, template

JOINED, MISSING, UNUSED = "SW619", "SW620", "SW621"
VLLM = ["python3", "-m", "vllm.entrypoints.openai.api_server"]
SIZES = {MISSING, UNUSED}


def own(*args: str, command: list[str] | None = None, **spec: Any) -> dict[str, Any]:
    """A runtime that starts vLLM with these arguments."""
    return template({"command": command or VLLM, "args": list(args), **spec})


def sizes_reported(*documents: dict[str, Any]) -> set[str]:
    return {found.code for found in compiled(*documents).diagnostics} & SIZES


@pytest.mark.parametrize(
    ("argument", "better"),
    [
        ("--max-model-len 16384", "write `--max-model-len=16384`, or two items, `--max-model-len` and `16384`"),
        ("--max_model_len\t16384", "write `--max_model_len=16384`, or two items, `--max_model_len` and `16384`"),
        ("-tp 2", "write `-tp=2`, or two items, `-tp` and `2`"),
        ("--lora-modules a=b c=d", "write `--lora-modules` and each of its values as an item of its own"),
    ],
)
def test_an_option_and_its_value_in_one_item_are_reported(argument: str, better: str) -> None:
    (found,) = reported(deployment(args=["--enforce-eager", argument]), code=JOINED)
    assert found.severity == "warning"
    assert found.help == better
    assert found.field == "spec.predictor.model.args[1]"


@pytest.mark.parametrize(
    "argument",
    [
        "--max-model-len=16384",
        '--override-generation-config={"temperature": 0.2}',
        "--chat-template={{.Name}} x",
        "--enforce-eager",
        "-O 3",
        "a value with blanks",
        "- a",
        "--",
    ],
)
def test_other_items_are_one_argument(argument: str) -> None:
    assert not reported(deployment(args=[argument]), code=JOINED)


def test_an_item_for_another_server_or_behind_a_shell_may_have_blanks() -> None:
    joined = deployment(runtime="own", args=["--max-model-len 8192"])
    assert not reported(template({"command": ["python", "-m", "own"]}), joined, code=JOINED)
    assert not reported(template({}), joined, code=JOINED)
    assert not reported(own(command=["/bin/bash", "-c", "eval vllm serve $@"]), joined, code=JOINED)
    assert not reported(deployment(runtime={"existing": "unknown"}, args=["--max-model-len 8"]), code=JOINED)
    assert reported(own(), joined, code=JOINED)
    assert reported(own(command=["/usr/bin/vllm", "serve"]), joined, code=JOINED)
    family = template({}, annotations={"opendatahub.io/kserve-runtime": "vllm"})
    assert reported(family, joined, code=JOINED)


@pytest.mark.parametrize(
    "args",
    [
        ["--tensor-parallel-size=2"],
        ["--tensor-parallel-size", "2"],
        ["--tensor_parallel_size=2"],
        ["--tensor-parallel=2"],
        ["-tp=2"],
        ["-tp", "2"],
        ["--pipeline-parallel-size=2"],
        ["-pp", "2"],
        ["--tensor-parallel-size=1", "--tensor-parallel-size=2"],
    ],
    ids=" ".join,
)
def test_a_model_over_more_gpus_than_its_pod_has_never_starts(args: list[str]) -> None:
    (found,) = reported(deployment(args=args), code=MISSING)
    assert found.severity == "warning"
    assert "is told to run over 2 accelerators" in found.message
    assert "has 1 of `nvidia.com/gpu`" in found.message
    assert found.span is not None
    assert sizes_reported(deployment(args=args, hardware=gpus(2))) == set()


def test_sizes_are_multiplied() -> None:
    args = ["--tensor-parallel-size=2", "--pipeline-parallel-size=2"]
    assert messages(deployment(args=args, hardware=gpus(2)), code=MISSING) == [
        "vLLM is told to run over 4 accelerators (`--tensor-parallel-size` × `--pipeline-parallel-size`), but each pod "
        "has 2 of `nvidia.com/gpu`: the model would never start"
    ]
    (found,) = reported(deployment(args=args[1:], hardware=gpus(4)), code=UNUSED)
    assert found.help == 'write `--tensor-parallel-size=2` in `args`, or reserve `nvidia.com/gpu: "2"`'


@pytest.mark.parametrize("args", [[], ["--max-model-len=8192"], ["--tensor-parallel-size=1"]], ids=str)
def test_gpus_that_vllm_is_not_told_of_are_idle(args: list[str]) -> None:
    (found,) = reported(deployment(args=args, hardware=gpus(2)), code=UNUSED)
    assert found.severity == "warning"
    assert found.message == "each pod reserves 2 of `nvidia.com/gpu`, but vLLM runs over 1: the other one is idle"
    assert found.help == 'write `--tensor-parallel-size=2` in `args`, or reserve `nvidia.com/gpu: "1"`'
    assert found.span is not None
    assert found.span.file.startswith("deployments/")


def test_the_runtimes_own_arguments_and_accelerators_count() -> None:
    two = own("--tensor-parallel-size=2")
    (found,) = reported(two, deployment(runtime="own"), code=MISSING)
    assert found.field == "spec.predictor.model.args"
    assert sizes_reported(two, deployment(runtime="own", hardware=gpus(2))) == set()
    assert sizes_reported(two, deployment(runtime="own", args=["--tensor-parallel-size=1"])) == set()
    gpu = own(resources={"limits": {"nvidia.com/gpu": 2}})
    plain = deployment(runtime="own", hardware={"resources": {"requests": {"cpu": "1"}}})
    assert sizes_reported(gpu, plain) == {UNUSED}
    assert sizes_reported(gpu, deployment(runtime="own")) == set()


@pytest.mark.parametrize(
    "args",
    [
        ["--data-parallel-size=2"],
        ["-dp", "2"],
        ["--distributed-executor-backend=ray", "--tensor-parallel-size=4"],
        ["--nnodes=2", "--tensor-parallel-size=4"],
        ["--config=/mnt/models/vllm.yaml"],
        ["--tensor-parallel-size=$(GPUS)"],
        ["--tensor-parallel-size"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("count", [1, 2])
def test_nothing_is_said_where_only_vllm_knows(args: list[str], count: int) -> None:
    assert sizes_reported(deployment(args=args, hardware=gpus(count))) == set()


def test_nothing_is_said_of_cpus_of_two_kinds_and_of_other_servers() -> None:
    two = ["--tensor-parallel-size=2"]
    cpu = deployment(
        runtime="vllm-cpu-x86-runtime-template", args=two, hardware={"resources": {"requests": {"cpu": "8"}}}
    )
    assert sizes_reported(cpu) == set()
    none = {"resources": {"requests": {"nvidia.com/gpu": "0"}}}
    for args in ([], two):
        assert sizes_reported(deployment(runtime="vllm-cuda-runtime-template", args=args, hardware=none)) == set()
    both = {"requests": {"nvidia.com/gpu": "1", "amd.com/gpu": "1"}}
    assert sizes_reported(deployment(hardware={"profile": "nvidia-gpu", "resources": both})) == set()
    assert sizes_reported(template({"command": ["own"]}), deployment(runtime="own", hardware=gpus(2))) == set()
    assert sizes_reported(template({}), deployment(runtime="own", hardware=gpus(2))) == set()


@pytest.mark.parametrize(
    "value", [None, 5, "text", ["x"], {"limits": 5}, {"limits": {"nvidia.com/gpu": None}}], ids=str
)
def test_resources_of_a_runtime_may_be_anything(value: Any) -> None:
    assert sizes_reported(own(resources=value), deployment(runtime="own")) == set()
