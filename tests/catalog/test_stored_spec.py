"""Specs that are copied from the catalog are emitted as the API server would store them."""

from __future__ import annotations

from servewright.catalog.stored_spec import stored_spec


def test_a_grpc_probe_of_a_container_gets_its_service() -> None:
    written = {"containers": [{"name": "c", "livenessProbe": {"grpc": {"port": 9000}, "periodSeconds": 0}}]}
    assert stored_spec(written) == {
        "containers": [{"name": "c", "livenessProbe": {"grpc": {"port": 9000, "service": ""}, "periodSeconds": 0}}]
    }


def test_a_service_that_is_given_is_kept() -> None:
    written = {"containers": [{"startupProbe": {"grpc": {"port": 9000, "service": "model"}}}]}
    assert stored_spec(written) == written


def test_only_probes_have_a_grpc_service() -> None:
    written = {"annotations": {"grpc": "yes"}, "containers": [{"name": "grpc", "args": ["grpc", "port"]}]}
    assert stored_spec(written) == written
