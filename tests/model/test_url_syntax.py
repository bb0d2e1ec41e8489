"""An address with a credential in it is refused wherever it can be written, and never shown."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.diagnostics.escape import redact
from servewright.model.url_syntax import credential_in_url, credentials_in_urls

SECRET = st.text(string.ascii_letters + string.digits, min_size=1, max_size=40).map("Zq9".__add__)
PARAMETERS = [
    *("token", "access_token", "private_token", "auth-token", "X-Amz-Security-Token", "sig", "Signature", "X-Amz-Signature"),
    *("X-Goog-Credential", "AWSAccessKeyId", "GoogleAccessId", "api_key", "apikey", "client_secret", "password", "access%5Ftoken"),
    *("PRIVATE_TOKEN", "%74oken", "pwd", "jwt"),
]  # fmt: skip


@pytest.mark.parametrize("name", PARAMETERS)
@given(value=SECRET, before=st.sampled_from(["?", "?download=true&", "?a;", "#", "?rev=main#x=1&"]))
def test_credentials_in_parameters_are_noticed_and_hidden(name: str, value: str, before: str) -> None:
    url = f"https://host.example/models/x{before}{name}={value}"
    found = credential_in_url(url)
    assert found is not None
    assert value not in found
    assert value not in redact(f"look at `{url}`, please")


@given(SECRET, st.sampled_from(["", "u:", ":", "u:a/", "u:a#", "u:a?b=c&"]))
def test_credentials_before_the_host_are_noticed_and_hidden(value: str, before: str) -> None:
    url = f"https://{before}{value}@host.example:8443/models/x"
    assert credential_in_url(url) == "a user name or password"
    assert value not in redact(f"look at `{url}`, please")


@given(SECRET)
def test_a_password_is_hidden_where_the_scheme_was_forgotten(value: str) -> None:
    assert value not in redact(f'image: "robot:{value}@quay.io/org/image:1"')


@pytest.mark.parametrize(
    "url",
    [
        "https://host.example/models/x.onnx",
        "https://host.example:8443/models/x?download=true",
        "https://huggingface.co/org/model/resolve/main/x.onnx?rev=main&download=1",
        "https://bucket.s3.amazonaws.com/x?versionId=3",
        "https://host.example/x?tokenizer=fast&keyword=a&signed=no&secretary=b",
        "https://host.example/token=1/key=2",
        "https://host.example/x?token",
        "https://host.example:8443/team:a/model@v2",
        "https://[::1]:8443/a@b",
        "hf://org/model:main",
        "hf://org/model@main",
        "oci://registry.example.com:5000/m/n@sha256:" + "a" * 32,
        "oci://quay.io/org/image:1.0@sha256:" + "a" * 64,
        "quay.io/org/image:1.0@sha256:" + "a" * 64,
        "pvc://claim/path",
    ],
)
def test_addresses_that_carry_none_are_fine(url: str) -> None:
    assert credential_in_url(url) is None
    assert redact(url) == url


@given(st.text(st.sampled_from("?&;#=@:/ah%\"' \n,}")))
def test_what_is_found_lies_within_the_text(text: str) -> None:
    for start, end in credentials_in_urls(text):
        assert 0 <= start < end <= len(text)
