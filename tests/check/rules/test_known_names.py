"""Names of things that only the catalog can know: something is said where it knows such things of the namespace."""

from __future__ import annotations

from typing import Any

import pytest

from check.rules.cases import deployment, llmd, messages, named, reported

TOKEN = {"name": "T", "valueFrom": {"secretKeyRef": {"name": "hf", "key": "token"}}}
OCI = {"type": "generative", "source": {"oci": {"image": "oci://quay.io/a/b:1", "pullSecrets": ["pull"]}}}
S3 = {
    "labels": {"opendatahub.io/managed": "true", "opendatahub.io/dashboard": "true"},
    "annotations": {"opendatahub.io/connection-type": "s3", "opendatahub.io/connection-type-protocol": "s3"},
}


def secret(name: str, namespace: str = "demo") -> dict[str, Any]:
    return named("Secret", name, namespace=namespace)


def connection(name: str) -> dict[str, Any]:
    document = secret(name)
    document["metadata"] |= S3
    return document


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ({"env": [TOKEN]}, "hf"),
        ({"pod": {"imagePullSecrets": ["mirror"]}}, "mirror"),
        ({"pod": {"volumes": [{"name": "v", "secret": {"secretName": "certs"}}]}}, "certs"),
        ({"model": OCI}, "pull"),
    ],
)
@pytest.mark.parametrize("make", [deployment, llmd])
def test_secrets(spec: dict[str, Any], name: str, make: Any) -> None:
    (found,) = reported(make(**spec), secret("another-one"), code="SW616")
    assert f"`{name}` is not among them" in found.message
    assert found.span is not None
    assert found.span.file.startswith("deployments/")
    assert not reported(make(**spec), secret("another-one"), secret(name), code="SW616")
    assert not reported(make(**spec), secret("another-one", namespace="other"), code="SW616")


def test_connections_say_nothing_about_other_secrets() -> None:
    assert not reported(deployment(env=[TOKEN]), connection("models"), code="SW616")
    assert reported(deployment(env=[TOKEN]), connection("hff"), code="SW616")


def test_optional_secrets_may_be_missing() -> None:
    reference = {"name": "hf", "key": "token", "optional": True}
    volume = {"name": "v", "secret": {"secretName": "certs", "optional": True}}
    spec = {"env": [{"name": "T", "valueFrom": {"secretKeyRef": reference}}], "pod": {"volumes": [volume]}}
    assert not reported(deployment(**spec), secret("another-one"), code="SW616")


@pytest.mark.parametrize("volume", [{"secret": None}, {"secret": []}, {"secret": {"secretName": 5}}, {"secret": "x"}])
def test_volumes_that_are_none(volume: dict[str, Any]) -> None:
    """Whether they fit the schema is another rule's business."""
    spec = deployment(pod={"volumes": [{"name": "v", **volume}]})
    assert not reported(spec, secret("another-one"), code="SW616")


def test_claims() -> None:
    claims = named("PersistentVolumeClaim", "models")
    volume = {"name": "v", "persistentVolumeClaim": {"claimName": "cache"}}
    pvc = {"type": "generative", "source": {"pvc": {"claim": "modles", "path": "a"}}}
    for make in (deployment, llmd):
        spec = make(model=pvc, pod={"volumes": [volume]})
        assert len(messages(spec, claims, code="SW612")) == 2
        assert not messages(spec, named("PersistentVolumeClaim", "x", namespace="other"), code="SW612")
        known = [named("PersistentVolumeClaim", name) for name in ("modles", "cache")]
        assert not messages(spec, *known, code="SW612")
    for value in (None, [], {"claimName": 5}, "x"):
        odd = deployment(pod={"volumes": [{"name": "v", "persistentVolumeClaim": value}]})
        assert not messages(odd, claims, code="SW612")


@pytest.mark.parametrize(
    ("account", "known"),
    [
        ("reader", False),
        ("default", True),
        ("builder", True),  # in the catalog
        ("granite-sa", True),  # that of the deployment's own tokens
        ("models-s3-sa", True),  # that of a Connection
        ("reports-sa", True),  # that of a connection's Secret
    ],
)
def test_service_accounts(account: str, known: bool) -> None:
    catalog = [named("ServiceAccount", "builder"), connection("reports")]
    for make in (deployment, llmd):
        spec = make(pod={"serviceAccountName": account})
        assert bool(reported(spec, *catalog, code="SW611")) != known
        assert not reported(spec, code="SW611")
