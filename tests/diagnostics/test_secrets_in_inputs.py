"""Whatever is wrong with an input, no part of a report shows the value that is named like a secret in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics.json_report import render as render_json
from servewright.diagnostics.model import Diagnostic, Source, Span
from servewright.diagnostics.text import render_text

from .test_pages import compiled, printed, repository

FILE = "deployments/fraud.yaml"
SECRET = "Zx9kQ7vLm2" + "PwT4rY8"
NUMBER = "918273645"

DEPLOYMENT = """\
apiVersion: servewright.dev/v1alpha1
kind: ModelDeployment
metadata: {name: fraud, namespace: demo}
spec:
  model:
    type: predictive
    format: {name: onnx, version: "1"}
    source: %s
  hardware: {profile: default-profile}
  runtime: kserve-ovms
%s"""
CONNECTION = """\
apiVersion: servewright.dev/v1alpha1
kind: Connection
metadata: {name: models, namespace: demo}
spec:
%s
"""
IMAGE = '{oci: {image: "oci://quay.io/acme/fraud:1.0"}}'

ENVIRONMENTS = [
    *(
        f"env: [{{name: HF_TOKEN, {sibling}}}]"
        for sibling in (
            f"valu: {SECRET}",
            f"Value: {SECRET}",
            f"valueFrom: {SECRET}",
            f"value: [{SECRET}]",
            f"valu: {{a: [{SECRET}]}}",
            f"valueFrom: {{secretKeyRef: {SECRET}}}, x: 1",
            f"valueFrom: {{key: {SECRET}}}, x: 1",
            f"secretKeyRef: {{name: a, key: b, value: {SECRET}}}",
            f"value: {SECRET}: x",
            f"value: [{SECRET}: x: y]",
            f"value: {NUMBER}",
            f"valu: {NUMBER}",
            f"value: [{NUMBER}]",
            f"value: 0{NUMBER}",
            f"value: [0{NUMBER}]",
            f"valueFrom: {NUMBER}",
            f"valueFrom: {{a: 1.{NUMBER}}}",
        )
    ),
    f"env:\n  - valu: |\n      {SECRET}\n    name: HF_TOKEN",
    f"env:\n  - name: HF_TOKEN\n    value: {SECRET}: x",
    f"env:\n  - nme: HF_TOKEN\n    value: {SECRET}",
    f"env:\n  - name: [HF_TOKEN]\n    value: {SECRET}",
    f"env: [HF_TOKEN={SECRET}]",
    f"env: {{HF_TOKEN: {SECRET}}}",
    f"env: {{name: HF_TOKEN, value: {SECRET}}}",
    f"env:\n    HF_TOKEN:\n      value: {SECRET}: x",
]
URLS = [
    f"https://h.example/x?token={SECRET}",
    f"https://h.example/x?access_token={SECRET}",
    f"https://h.example/x?private_token={SECRET}",
    f"https://h.example/x?Signature={SECRET}",
    f"https://h.example/x?X-Amz-Signature={SECRET}",
    f"https://h.example/x?a=b#access_token={SECRET}",
    f"https://{SECRET}@h.example/x",
    f"https://robot:{SECRET}@h.example/x",
]
KEYS = [
    f"{{AWS_ACCESS_KEY_ID: {{value: {SECRET}}}}}",
    f"{{AWS_ACCESS_KEY_ID: {SECRET}}}",
    f"{{AWS_ACCESS_KEY_ID: {{key: [{SECRET}]}}}}",
    f"{{AWS_ACCESS_KEY_ID: {NUMBER}}}",
    f"{{other: {{value: {SECRET}}}}}",
    f"\n        AWS_ACCESS_KEY_ID:\n          value: {SECRET}: x",
]
INPUTS = [
    *(DEPLOYMENT % (IMAGE, f"  {text}\n") for text in ENVIRONMENTS),
    *(DEPLOYMENT % (f'{{uri: {{url: "{url}"}}}}', "") for url in URLS),
    *(CONNECTION % f'  uri: {{url: "{url}"}}' for url in URLS),
    *(CONNECTION % f'  s3: {{endpoint: "{url}"}}' for url in URLS),
    *(
        CONNECTION % f"  s3: {{bucket: b}}\n  secret:\n    external:\n      store: {{name: vault}}\n      keys: {keys}"
        for keys in KEYS
    ),
    DEPLOYMENT % (f'{{oci: {{image: "oci://robot:{SECRET}@quay.io/a/b:1"}}}}', ""),
    DEPLOYMENT % (f'{{oci: {{image: "robot:{SECRET}@quay.io/a/b:1"}}}}', ""),
    CONNECTION % f'  oci: {{registry: "robot:{SECRET}@quay.io/a"}}',
]


@pytest.mark.parametrize("text", INPUTS)
def test_refused_without_showing_the_secret(text: str) -> None:
    files = repository({FILE: text})
    diagnostics = compiled(files)
    assert [found for found in diagnostics if found.severity == "error"]
    report = printed(files, diagnostics) + render_json(diagnostics, {})
    assert SECRET not in report
    assert NUMBER not in report


def every_line(text: str) -> str:
    """What frames show of a text, whichever line they are about."""
    lines = text.splitlines()
    found = [
        Diagnostic("SW104", "invalid-value", "error", "wrong", None, Span(FILE, number, 1, number, len(line) + 1))
        for number, line in enumerate(lines, 1)
    ]
    return render_text(found, {FILE: Source(FILE, text)}, color=False)


@pytest.mark.parametrize("text", INPUTS)
def test_no_line_of_such_an_input_shows_the_secret(text: str) -> None:
    assert SECRET not in every_line(text)


KEY = st.sampled_from(["value", "valu", "Value", "valueFrom", "val ue", "x", "secret", "default", "key", "data"])
VALUES = st.recursive(
    st.just(SECRET),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.builds("{{{}: {}}}".format, st.sampled_from(["a", "value", "valu"]), inner),
    ),
    max_leaves=4,
)


@given(KEY, VALUES, st.booleans(), st.sampled_from(["", ": x", " ]"]))
def test_nothing_beside_the_name_of_a_secret_is_shown(key: str, value: str, first: bool, broken: str) -> None:
    entries = [f"{key}: {value}", "name: HF_TOKEN"]
    items = entries if first else entries[::-1]
    assert SECRET not in every_line(f"env: [{{{', '.join(items)}}}{broken}]\n")
    assert SECRET not in every_line(f"env:\n- {items[0]}{broken}\n  {items[1]}\n")


@pytest.mark.parametrize(
    "text",
    [
        "metadata: {name: hf-token, namespace: Demo, labels: {team: A}}\n",
        "env: [{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hf, key: token, optional: 1}}}]\n",
        "env: [{name: A, valueFrom: {secretKeyRef: {name: hf-token, key: HF_TOKEN}}}]\n",
        "spec: {secret: {external: {store: {name: vault-token, kind: X}, refreshInterval: 1}}}\n",
        "keys: {AWS_SECRET_ACCESS_KEY: {key: models/s3, property: secret, version: 3}}\n",
        "volumes: [{name: hf-token, secret: {secretName: hf, defaultMode: 1, items: [{key: a, path: b}]}}]\n",
        "volumeMounts: [{name: hf-token, mountPath: run/x, readOnly: 1}]\n",
        "subjects: [{kind: Servant, name: ci-token}]\n",
        "uri: {url: https://h.example/x?download=true&versionId=3}\n",
        "args: [--max-tokens=100, --eos-token=x, --tokenizer=a]\n",
    ],
)
def test_references_to_secrets_are_shown(text: str) -> None:
    assert "redacted" not in every_line(text)
