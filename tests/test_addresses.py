"""Where models and images come from: addresses that cannot work, or must not be in Git, are refused where they stand."""

from __future__ import annotations

import pytest

from harness import Repo, document, project


def connection(**spec: object) -> str:
    return document("Connection", {"name": "unused", "namespace": "demo"}, spec)


@pytest.mark.parametrize(
    "query", ["?access_token=a", "?private_token=a", "?sig=a", "?download=true&X-Amz-Signature=a", "#token=a"]
)
def test_a_signed_url_is_refused_in_models_and_in_connections_that_nothing_uses(repo: Repo, query: str) -> None:
    url = f"https://host.example/x.onnx{query}"
    repo.write("deployments/c.yaml", connection(uri={"url": url}))
    repo.deploy(
        model={"type": "predictive", "format": {"name": "onnx", "version": "1"}, "source": {"uri": {"url": url}}}
    )
    run = repo.run("validate")
    assert run.code == 1
    assert [code for code in ("SW104", "SW235") if code in run.err] == ["SW104", "SW235"]


@pytest.mark.parametrize("query", ["", "?download=true", "?rev=main", "?versionId=3"])
def test_a_plain_query_is_kept(repo: Repo, query: str) -> None:
    url = f"https://host.example/x.onnx{query}"
    repo.deploy(
        model={"type": "predictive", "format": {"name": "onnx", "version": "1"}, "source": {"uri": {"url": url}}}
    )
    assert repo.render()["InferenceService"]["spec"]["predictor"]["model"]["storageUri"] == url


BAD = ["quay.io/a/b:1:2", "quay.io/a/b:", "QUAY/a", "not an image !"]


@pytest.mark.parametrize("image", [*BAD, "single"])
def test_a_model_image_that_no_kubelet_would_pull_is_refused(repo: Repo, image: str) -> None:
    repo.deploy(
        model={
            "type": "predictive",
            "format": {"name": "onnx", "version": "1"},
            "source": {"oci": {"image": f"oci://{image}"}},
        }
    )
    run = repo.run("validate")
    assert "SW235" in run.err
    assert "help: write it like `oci://quay.io/org/model:1.0`" in run.err


def test_an_image_of_a_registry_with_a_port_and_a_digest_is_fine(repo: Repo) -> None:
    image = "oci://registry.example.com:5000/m/n@sha256:" + "a" * 32
    repo.deploy(
        model={"type": "predictive", "format": {"name": "onnx", "version": "1"}, "source": {"oci": {"image": image}}}
    )
    assert repo.render()["InferenceService"]["spec"]["predictor"]["model"]["storageUri"] == image


@pytest.mark.parametrize("image", BAD)
def test_other_images_follow_the_same_grammar(repo: Repo, image: str) -> None:
    repo.deploy(container={"image": image})
    run = repo.run("validate")
    assert "SW104" in run.err
    assert "quay.io/org/image:1.0" in run.err
    repo.write("servewright.yaml", project(images={"ovms-image": image}))
    run = repo.run("validate")
    assert "servewright.yaml" in run.err
    assert "quay.io/org/image:1.0" in run.err
