"""Inputs that several tests of the engines use."""

from __future__ import annotations

URL = "https://git.example.com/acme/models.git"

# A connection whose Secret an external store fills: something in the folder `connections`.
EXTERNAL = """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: vault-s3, namespace: demo}
spec:
  s3: {endpoint: "https://s3.example.com", bucket: models}
  secret:
    external:
      store: {kind: ClusterSecretStore, name: vault}
      keys: {AWS_ACCESS_KEY_ID: {key: a}, AWS_SECRET_ACCESS_KEY: {key: b}}
"""
