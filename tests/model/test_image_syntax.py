"""References to images: what a kubelet can pull is accepted as written, anything else is refused with advice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servewright.model.image_syntax import image_problem

PARTS = st.from_regex(r"[a-z0-9]{1,4}((\.|_|__|-{1,3})[a-z0-9]{1,3}){0,2}", fullmatch=True)
HOSTS = st.from_regex(r"[a-z0-9]{1,4}(-[a-z]{1,3})?(\.[a-z0-9]{1,4}){0,2}(:[0-9]{1,5})?", fullmatch=True)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
DIGESTS = st.from_regex(r"(sha256|sha512|sha256\+b64u):[0-9a-f]{32,64}", fullmatch=True)


@given(HOSTS, st.lists(PARTS, min_size=1, max_size=3), st.none() | TAGS, st.none() | DIGESTS)
def test_references_are_accepted(host: str, parts: list[str], tag: str | None, digest: str | None) -> None:
    reference = "/".join([host, *parts]) + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    assert image_problem(reference) is None


@pytest.mark.parametrize(
    "reference",
    [
        "busybox:1.36",
        "quay.io/vllm/vllm-cuda:latest",
        "registry.example.com:5000/m/n@sha256:" + "a" * 32,
        "quay.io/a/b:1.0@sha256:" + "0" * 64,
        "[::1]:5000/a",
        "quay.io/a/b:" + "x" * 128,
    ],
)
def test_references_of_all_kinds_are_accepted(reference: str) -> None:
    assert image_problem(reference) is None


@pytest.mark.parametrize(
    ("reference", "wrong"),
    [
        ("quay.io/a/b:1:2", "no valid tag"),
        ("quay.io/a/b:", "no valid tag"),
        ("quay.io/a/b:-1", "no valid tag"),
        ("quay.io/a/b:" + "x" * 129, "no valid tag"),
        ("QUAY/a", "lower-case"),
        ("quay.io/Org/a", "lower-case"),
        ("not an image !", "blanks"),
        ("quay.io/a/b\n", "blanks"),
        ("quay.io/a/b@", "no valid digest"),
        ("quay.io/a/b@sha256:abc", "no valid digest"),
        ("quay.io/a/b@latest", "no valid digest"),
        ("oci://quay.io/a/b", "no scheme"),
        ("quay.io//b", "consists of"),
        ("quay.io/a/", "consists of"),
        ("/a/b", "consists of"),
        ("quay.io/a..b/c", "consists of"),
        ("quay.io/a___b/c", "consists of"),
        ("quay.io/-a", "consists of"),
        ("quay.io/mödel", "consists of"),
        ("$(IMAGE)", "lower-case"),
        ("quay.io/" + "a" * 250, "255"),
        ("", "consists of"),
    ],
)
def test_anything_else_is_refused_for_what_is_wrong_with_it(reference: str, wrong: str) -> None:
    assert wrong in (image_problem(reference) or "")
