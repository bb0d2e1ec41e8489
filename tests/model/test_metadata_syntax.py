"""Labels and annotations are refused where the API server refuses them, and where they are not users' to set."""

from __future__ import annotations

import pytest

from servewright.model.metadata_syntax import (
    annotation_key_problem,
    annotations_size_problem,
    label_key_problem,
    label_value_problem,
    reserved_owner,
)


@pytest.mark.parametrize(
    "key",
    ["team", "a", "A_b.c-d", "1", "example.com/team", "a/b", "x" * 63, "x" * 253 + "/" + "y" * 63, "1.2/My_Name"],
)
def test_label_keys(key: str) -> None:
    assert label_key_problem(key) is None
    assert annotation_key_problem(key) is None


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "is empty"),
        ("a/b/c", "more than one"),
        ("/a", "nothing before"),
        ("example.com/", "nothing after"),
        ("x" * 64, "longer than 63"),
        ("x" * 254 + "/a", "more than 253"),
        ("-a", "letter or digit"),
        ("a-", "letter or digit"),
        ("a b", "letter or digit"),
        ("a\n", "letter or digit"),
        ("é", "letter or digit"),
        ("example.com/_a", "letter or digit"),
        ("exa_mple.com/a", "not a DNS name"),
        ("example..com/a", "not a DNS name"),
        (" example.com/a", "not a DNS name"),
    ],
)
def test_what_is_no_label_key(key: str, problem: str) -> None:
    for found in (label_key_problem(key), annotation_key_problem(key)):
        assert found is not None
        assert problem in found


def test_only_annotations_may_have_capitals_in_the_prefix() -> None:
    assert label_key_problem("Example.com/a") is not None
    assert annotation_key_problem("Example.com/a") is None
    assert annotation_key_problem("\u212aserve.example/a") is not None


@pytest.mark.parametrize("value", ["", "a", "1", "A_b.c-d", "x" * 63])
def test_label_values(value: str) -> None:
    assert label_value_problem(value) is None


@pytest.mark.parametrize("value", ["-a", "a-", "a b", "a/b", "a\n", " ", "é", "x" * 64])
def test_what_is_no_label_value(value: str) -> None:
    problem = label_value_problem(value)
    assert problem is not None
    assert value not in problem.split()


def test_annotations_share_256_kibibytes() -> None:
    limit = 256 * 1024
    assert annotations_size_problem({}) is None
    assert annotations_size_problem({"a": "x" * (limit - 3), "b": "y"}) is None
    assert annotations_size_problem({"a": "x" * (limit - 2), "b": "y"}) is not None
    assert annotations_size_problem({"a": "é" * (limit // 2 - 1)}) is None
    assert annotations_size_problem({"a": "é" * (limit // 2)}) is not None, "bytes count, not characters"
    assert annotations_size_problem({"a": "\ud800"}) is None


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("kserve.io/x", "kserve.io"),
        ("serving.kserve.io/deploymentMode", "kserve.io"),
        ("a.b.serving.kserve.io/x", "kserve.io"),
        ("opendatahub.io/dashboard", "opendatahub.io"),
        ("security.opendatahub.io/enable-auth", "opendatahub.io"),
        ("openshift.io/display-name", "openshift.io"),
        ("haproxy.router.openshift.io/timeout", "openshift.io"),
        ("kueue.x-k8s.io/queue-name", "kueue.x-k8s.io"),
        ("argocd.argoproj.io/sync-wave", "argoproj.io"),
        ("kustomize.toolkit.fluxcd.io/name", "fluxcd.io"),
        ("app.kubernetes.io/instance", "app.kubernetes.io"),
        ("OpenShift.io/display-name", "openshift.io"),
    ],
)
def test_keys_of_platforms_and_engines(key: str, owner: str) -> None:
    assert reserved_owner(key) == owner


@pytest.mark.parametrize(
    "key",
    [
        *["team", "kserve.io", "example.com/kserve.io", "notkserve.io/x", "kserve.io.example.com/x", "x-k8s.io/x"],
        *["app.kubernetes.io/name", "app.kubernetes.io/part-of", "servewright.dev/allow", "prometheus.io/port"],
    ],
)
def test_keys_that_users_may_set(key: str) -> None:
    assert reserved_owner(key) is None
