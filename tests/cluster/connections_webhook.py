"""Open Data Hub's webhook for connections, as far as it decides whether a service is admitted.

The real one is a part of odh-model-controller, which cannot be built here: its module replaces others by folders. This
one imitates a single decision of it (internal/webhook/connectionapi/utils.go, ``ValidateConnection``): an
InferenceService or LLMInferenceService whose annotation ``opendatahub.io/connections`` names a Secret is refused unless
that Secret is there, in the same namespace, and says by an annotation which type of connection it is. Dry runs ask it
too. It injects nothing: what the real one would inject is in what servewright renders.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from cluster.client import Client
from cluster.control_plane import ControlPlane

Json = dict[str, Any]

_NAME: Final = "connections.servewright.test"
CONNECTION: Final = "opendatahub.io/connections"
_TYPES: Final = ("opendatahub.io/connection-type-protocol", "opendatahub.io/connection-type-ref")
_KINDS: Final = ("inferenceservices", "llminferenceservices")


class ConnectionsWebhook:
    """The webhook of one control plane, in a thread of this process; leaving the context removes it."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(plane.client))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(plane.pki / "server.crt", plane.pki / "server.key")
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._plane.client.apply(self._configuration()).expect(_NAME)
        self._plane.processes.wait("the API server asks for connections", self._is_asked)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._plane.client.delete(self._configuration()).expect(_NAME)
        self._plane.processes.wait("the API server asks for no connections", lambda: not self._is_asked())
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _configuration(self) -> Json:
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingWebhookConfiguration",
            "metadata": {"name": _NAME},
            "webhooks": [
                {
                    "name": _NAME,
                    "clientConfig": {
                        "url": f"https://127.0.0.1:{self._server.server_address[1]}/",
                        "caBundle": base64.b64encode((self._plane.pki / "ca.crt").read_bytes()).decode(),
                    },
                    "rules": [
                        {
                            "apiGroups": ["serving.kserve.io"],
                            "apiVersions": ["*"],
                            "operations": ["CREATE", "UPDATE"],
                            "resources": list(_KINDS),
                        }
                    ],
                    "admissionReviewVersions": ["v1"],
                    "sideEffects": "None",
                }
            ],
        }

    def _is_asked(self) -> bool:
        """Whether an InferenceService with a connection that nobody has made is refused."""
        canary = {
            "apiVersion": "serving.kserve.io/v1beta1",
            "kind": "InferenceService",
            "metadata": {"name": "canary", "namespace": "default", "annotations": {CONNECTION: "nobodys"}},
            "spec": {"predictor": {"model": {"modelFormat": {"name": "onnx"}, "storageUri": "hf://a/b"}}},
        }
        return _NAME in self._plane.apply(canary, dry_run=True).reason


def _handler(client: Client) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
            problems = list(_problems(client, request["object"], request["namespace"]))
            answer: Json = {"uid": request["uid"], "allowed": not problems}
            if problems:
                answer["status"] = {"code": 403, "message": "; ".join(problems)}
            review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": answer}
            body = json.dumps(review).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _problems(client: Client, service: Json, namespace: str) -> Iterator[str]:
    """Why a service is refused."""
    name = service["metadata"].get("annotations", {}).get(CONNECTION)
    if name is None:
        return
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}}
    found = client.get(secret)
    if found.status == 404:
        yield f"Secret {name} not found in namespace {namespace}"
    elif not set(_TYPES) & set(found.expect("Secret")["metadata"].get("annotations", {})):
        yield f"Secret {name} has no annotation for the type of connection"
