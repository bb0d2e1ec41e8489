"""A client of one API server: as much as tests need, over connections that are kept (one for each thread)."""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

_TIMEOUT: Final = 60
# A kept connection that the server has closed meanwhile; the request was not looked at.
_STALE: Final = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class ApiError(Exception):
    """An answer that a test did not expect."""


class Answer(NamedTuple):
    """An HTTP status, and the JSON that came with it."""

    status: int
    body: Json

    @property
    def ok(self) -> bool:
        """Whether the request succeeded."""
        return self.status < 300

    def expect(self, what: str) -> Json:
        """The body of a request that must succeed."""
        if not self.ok:
            raise ApiError(f"{what}: {self.status} {self.body.get('message', self.body)}")
        return self.body


class Resource(NamedTuple):
    """What the URL of a kind is made of."""

    root: str  # api/v1, apis/GROUP/VERSION
    plural: str
    namespaced: bool


class Client:
    """Requests as the administrator. All methods may be called from several threads."""

    def __init__(self, port: int, tls: ssl.SSLContext) -> None:
        self._port, self._tls = port, tls
        self._own = threading.local()
        self._resources: dict[str, dict[str, Resource]] = {}

    def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """One request and its answer, whatever that is."""
        url = f"/{path}?{urllib.parse.urlencode(query)}" if query else f"/{path}"
        # One write for headers and body; without spaces, as definitions are near the server's limit of 3 MiB.
        # As UTF-8: the API server reads it as YAML, which has no pairs of escapes for what is beyond U+FFFF.
        data = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": content_type, "Accept": "application/json"}
        kept: http.client.HTTPSConnection | None = getattr(self._own, "connection", None)
        if kept is not None:
            with contextlib.suppress(*_STALE):
                return self._exchange(kept, method, url, data, headers)
        fresh = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._tls, timeout=_TIMEOUT)
        self._own.connection = fresh
        return self._exchange(fresh, method, url, data, headers)

    def _exchange(
        self, connection: http.client.HTTPSConnection, method: str, url: str, data: bytes | None, headers: Json
    ) -> Answer:
        try:
            connection.request(method, url, data, headers)
            response = connection.getresponse()
            text = response.read()
        except BaseException:
            self._own.connection = None  # in the middle of an answer: of no use for another
            connection.close()
            raise
        if response.headers.get_content_type() == "application/json":
            return Answer(response.status, json.loads(text))
        return Answer(response.status, {"message": text.decode(errors="replace")})

    def apply(self, obj: Json, *, at: Json | None = None, dry_run: bool = False) -> Answer:
        """Server-side apply with strict field validation; ``at`` is the object whose address is used, if another."""
        query = {"fieldManager": "servewright", "fieldValidation": "Strict", "force": "true"}
        if dry_run:
            query["dryRun"] = "All"
        path = self.path(obj if at is None else at)
        return self.request("PATCH", path, obj, query=query, content_type="application/apply-patch+yaml")

    def merge(self, obj: Json, patch: Json, *, manager: str) -> Answer:
        """Merge ``patch`` into a stored object, as somebody else would."""
        query = {"fieldManager": manager}
        return self.request("PATCH", self.path(obj), patch, query=query, content_type="application/merge-patch+json")

    def set_status(self, obj: Json, status: Json, *, manager: str) -> Answer:
        """Replace the status of a stored object, ``obj`` as it was read, as its controller would."""
        query = {"fieldManager": manager}
        return self.request("PUT", f"{self.path(obj)}/status", {**obj, "status": status}, query=query)

    def get(self, obj: Json) -> Answer:
        """The stored object of this kind, namespace and name."""
        return self.request("GET", self.path(obj))

    def delete(self, obj: Json) -> Answer:
        """Ask for an object's deletion."""
        return self.request("DELETE", self.path(obj))

    def path(self, obj: Json, *, name: bool = True) -> str:
        """The URL path of an object, or of all objects of its kind and namespace."""
        resource = self.resource(obj["apiVersion"], obj["kind"])
        metadata = obj["metadata"]
        parts = [resource.root]
        if resource.namespaced and "namespace" in metadata:
            parts += ["namespaces", urllib.parse.quote(metadata["namespace"], safe="")]
        parts.append(resource.plural)
        if name:
            parts.append(urllib.parse.quote(metadata["name"], safe=""))
        return "/".join(parts)

    def resource(self, api_version: str, kind: str) -> Resource:
        """What the API server calls a kind; a LookupError if it does not serve it."""
        kinds = self._resources.get(api_version, {})
        if kind not in kinds:
            root = f"apis/{api_version}" if "/" in api_version else f"api/{api_version}"
            found = self.request("GET", urllib.parse.quote(root)).body.get("resources", [])
            kinds = {
                item["kind"]: Resource(root, item["name"], item["namespaced"])
                for item in found
                if "/" not in item["name"]
            }
            self._resources[api_version] = kinds
        if kind not in kinds:
            raise LookupError(f"the API server does not serve {api_version} {kind}")
        return kinds[kind]

    def forget_resources(self) -> None:
        """Ask again which kinds there are: definitions have changed."""
        self._resources.clear()
