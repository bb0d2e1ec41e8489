"""Connections that change under models that use them."""

from __future__ import annotations

import pytest

from change.cases import Document, findings, said, slugs
from check.rules.cases import deployment, named

RULE = "connection-changes"


def bucket(name: str = "models", *, refresh: str = "1h", external: bool = True, **spec: object) -> Document:
    """The connection `vision`; its Secret is made by an ExternalSecret."""
    keys = {
        key: {"key": "models/vision", "property": key.lower()} for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    keys = spec.pop("keys", keys)  # type: ignore[assignment]
    secret = {"external": {"store": {"kind": "SecretStore", "name": "vault"}, "refreshInterval": refresh, "keys": keys}}
    body: Document = {"s3": {"endpoint": "https://s3.example.com", "bucket": name, "region": "us-east-1"}, **spec}
    return named(
        "Connection", "vision", "servewright.dev/v1alpha1", spec={**body, **({"secret": secret} if external else {})}
    )


def model(name: str = "granite") -> Document:
    return deployment(name, model={"type": "generative", "source": {"s3": {"connection": "vision", "path": "granite"}}})


def test_running_pods_keep_what_they_loaded() -> None:
    assert said(RULE, [bucket(), model()], [bucket("models-2"), model()]) == [
        "the Secret of the connection `demo/vision` changes (`AWS_S3_BUCKET`) under `granite`: its pods keep what they loaded, and each new pod loads with the new values"
    ]
    assert slugs([bucket(), model()], [bucket("models-2"), model()]) == {RULE}


def test_other_credentials_are_told_by_their_key() -> None:
    moved = {
        key: {"key": "models/other", "property": key.lower()} for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    (message,) = said(RULE, [bucket(), model("a"), model("b")], [bucket(keys=moved), model("a"), model("b")])
    assert "(`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`) under `a` and `b`: their pods keep" in message


@pytest.mark.parametrize(
    "sides",
    [
        ([bucket(), model()], [bucket(refresh="2h"), model()]),
        ([bucket(), model()], [bucket(displayName="Vision"), model()]),
        ([bucket()], [bucket("models-2")]),  # nobody uses it
        ([bucket(external=False), model()], [bucket("models-2", external=False), model()]),  # the Secret is not ours
    ],
)
def test_what_no_pod_loads_with_is_not_told(sides: tuple[list[Document], list[Document]]) -> None:
    assert said(RULE, *sides) == []


def test_many_users_are_counted() -> None:
    models = [model(f"m{number}") for number in range(8)]
    (found,) = (item for item in findings([bucket(), *models], [bucket("other"), *models]) if item.rule.slug == RULE)
    assert "under `m0`, `m1`, `m2`, `m3`, `m4` and 3 more: their pods" in found.message


def test_a_secret_that_goes_with_its_external_secret_is_told() -> None:
    """`secret.external` is left out: the Secret is a dependent of the ExternalSecret, whatever the connection says now."""
    before, after = [bucket(), model("a"), model("b")], [bucket(external=False), model("a"), model("b")]
    assert said(RULE, before, after) == [
        "the Secret of the connection `demo/vision` is deleted with its ExternalSecret, under `a` and `b`: pods that start before another Secret of this name is there cannot load their model"
    ]
    assert said(RULE, [bucket()], [bucket(external=False)]) == []  # nobody uses it
    assert said(RULE, after, before) == []
