"""A credential anywhere in a file is found, wherever and however it is written, and is never shown."""

from __future__ import annotations

import re
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servewright.diagnostics.model import Finding, Source, Span
from servewright.read.credentials import (
    _HINTS,
    PATTERNS,
    argument_pair,
    find_credentials,
    may_hold_credential,
    secret_env_name,
)
from servewright.read.documents import read_documents

ALNUM = string.ascii_letters + string.digits
TOKEN = ALNUM + "_-"


def run(alphabet: str, least: int, most: int | None = None) -> st.SearchStrategy[str]:
    return st.text(alphabet=alphabet, min_size=least, max_size=most or least + 20)


# Put together from parts, so that nothing in this repository looks like a credential itself.
CREDENTIALS: dict[str, list[st.SearchStrategy[str]]] = {
    "AWS access key id": [run(string.ascii_uppercase + string.digits, 16, 16).map(lambda rest, start=start: start + rest) for start in ("AKIA", "ASIA")],
    "AWS secret access key": [
        run(ALNUM + "/+", 40, 40).map(lambda rest, between=between: f"aws_secret_access_key{between}{rest}") for between in ("=", " = ", ": ")
    ],
    "Hugging Face token": [run(ALNUM, 34).map(lambda rest: "hf_" + rest)],
    "GitHub token": [
        *(run(ALNUM, 36).map(lambda rest, kind=kind: f"gh{kind}_{rest}") for kind in "pousr"),
        run(ALNUM + "_", 82).map(lambda rest: "github_pat_" + rest),
    ],
    "GitLab token": [run(TOKEN, 20).map(lambda rest: "glpat-" + rest)],
    "Slack token": [run(ALNUM + "-", 24).map(lambda rest, kind=kind: f"xox{kind}-{rest}") for kind in "abp"],
    "Slack webhook": [run(ALNUM, 44).map(lambda rest: "https://hooks.slack.com/services/" + rest)],
    "OpenAI or Anthropic API key": [
        run(ALNUM, 48).map(lambda rest: "sk-" + rest),
        run(TOKEN, 40).map(lambda rest: "sk-proj-" + rest),
        run(TOKEN, 40).map(lambda rest: "sk-ant-api03-" + rest),
    ],
    "Google API key": [run(TOKEN, 35, 35).map(lambda rest: "AIza" + rest)],
    "JSON web token": [st.tuples(run(TOKEN, 20), run(TOKEN, 20), run(TOKEN, 20)).map(lambda parts: f"eyJ{parts[0]}.eyJ{parts[1]}.{parts[2]}")],
    "private key": [st.sampled_from(["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "]).map(lambda kind: f"-----BEGIN {kind}PRIVATE KEY-----")],
    "URL with a password": [
        run(ALNUM + "!+._~-", 3).map(lambda rest: f"https://user:x{rest}@example.com/model"),
        run(ALNUM, 3).map(lambda rest: f"redis://:{rest}@host:6379/0"),
    ],
    "signed URL": [run("0123456789abcdef", 64).map(lambda rest: f"https://b.example/m?X-Amz-Expires=9&X-Amz-Signature={rest}")],
    "Azure signature": [run(ALNUM + "%", 40).map(lambda rest: f"https://b.example/m?se=2030&sig={rest}")],
    "Azure account key": [run(ALNUM + "+/", 80).map(lambda rest: f"AccountName=a;AccountKey={rest}==")],
    "OpenShift token": [run(TOKEN, 43).map(lambda rest: "sha256~" + rest)],
    "Vault token": [run(TOKEN, 24).map(lambda rest: "hvs." + rest), run(ALNUM, 23, 23).map(lambda rest: "s.1" + rest)],
    "NVIDIA API key": [run(TOKEN, 60).map(lambda rest: "nvapi-" + rest)],
    "npm token": [run(ALNUM, 36, 36).map(lambda rest: "npm_" + rest)],
    "PyPI token": [run(TOKEN, 60).map(lambda rest: "pypi-AgEI" + rest)],
    "registry login": [run(ALNUM, 8).map(lambda rest: f'{{"auths":{{"quay.io":{{"auth":"{rest}=="}}}}}}')],
    "bearer token": [run(ALNUM, 20).map(lambda rest: f"Authorization: Bearer 1{rest}"), run(ALNUM, 20).map(lambda rest: f"bearer 1{rest}")],
    "value of a credential argument": [
        run(ALNUM, 1).map(lambda rest, flag=flag: f"--{flag}={rest}")
        for flag in ("api-key", "hf-token", "hf_token", "password", "client-secret", "ssl-password", "API-KEY", "token")
    ] + [run(ALNUM, 8).map(lambda rest: f"--api-key 1{rest}")],
}  # fmt: skip

anything = st.one_of([strategy for strategies in CREDENTIALS.values() for strategy in strategies])


def double_quoted(text: str, escaped: bool) -> str:
    body = "".join(f"\\u{ord(letter):04x}" if escaped and letter.isalnum() else letter for letter in text)
    return '"' + (body if escaped else text.replace("\\", "\\\\")).replace('"', '\\"') + '"'


def single_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


WRITTEN: dict[str, tuple[Any, str | None]] = {
    "single quotes": (lambda text: f"a:\n  b: [1, {single_quoted(text)}]\n", "a.b[1]"),
    "double quotes": (lambda text: f"a:\n  b: {double_quoted(text, False)}\n", "a.b"),
    "escapes": (lambda text: f"a:\n  b: {double_quoted(text, True)}\n", "a.b"),
    "escapes behind an anchor": (lambda text: f"a:\n  b: &x {double_quoted(text, True)}\n", "a.b"),
    "escapes in a key": (lambda text: f"a:\n  {double_quoted(text, True)}: 1\n", None),
    "literal block": (lambda text: f"a:\n  b: |\n    first\n    {text}\n    last\n", "a.b"),
    "folded block": (lambda text: f"a:\n  b: >-\n    first\n    {text}\n    last\n", "a.b"),
    "folded at blanks": (lambda text: "a:\n  b: >-\n    " + text.replace(" ", "\n    ") + "\n", "a.b"),
    "list": (lambda text: f"a:\n- x\n- {single_quoted(text)}\n", "a[1]"),
    "an odd key": (lambda text: f'a:\n  "b.c/d": {single_quoted(text)}\n', 'a["b.c/d"]'),
    "key": (lambda text: f"a:\n  {single_quoted(text)}: 1\n", None),
    "comment": (lambda text: f"a: 1 # {text}\n", None),
    "comment alone": (lambda text: f"# {text}\n", None),
    "last document": (lambda text: f"a: 1\n---\nb: 2\n---\nc: {single_quoted(text)}\n", "c"),
    "broken document": (lambda text: f"a: b: c\nd: {single_quoted(text)}\n", None),
    "before a broken document": (lambda text: f"d: {single_quoted(text)}\n---\na: b: c\n", "d"),
}


def leaks(text: str) -> list[Finding]:
    _, findings = read_documents(Source("a.yaml", text))
    return [finding for finding in findings if finding.rule.slug == "credential"]


@pytest.mark.parametrize("how", WRITTEN)
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(anything)
def test_a_credential_is_found_however_it_is_written(how: str, credential: str) -> None:
    write, field = WRITTEN[how]
    found = leaks(write(credential))
    assert found
    if how != "broken document":
        assert {finding.field for finding in found} == {field}
    if field is not None:
        assert len(found) == 1


@pytest.mark.parametrize("name", CREDENTIALS)
@given(st.data())
def test_each_kind_is_known_by_its_name(name: str, data: st.DataObject) -> None:
    credential = data.draw(st.one_of(CREDENTIALS[name]))
    assert name in [match.name for match in find_credentials(f"x {credential} y")]


def test_every_pattern_has_examples() -> None:
    assert {pattern.name for pattern in PATTERNS} == CREDENTIALS.keys()


@given(anything, st.text(alphabet=" \n\"'=/,:#a-", max_size=5), st.text(alphabet=" \n\"',:#", max_size=5))
def test_the_quick_look_misses_nothing(credential: str, before: str, after: str) -> None:
    text = before + credential + after
    assert may_hold_credential(text) or not find_credentials(text)


@given(anything)
def test_a_credential_is_never_shown(credential: str) -> None:
    secret = max(re.findall(r"[A-Za-z0-9]+", credential), key=len)
    text = f"a: {single_quoted(credential)}\n{single_quoted(credential)}: {{x: 0777, x: yes}}\n{single_quoted(credential)}: 1\n"
    _, findings = read_documents(Source("a.yaml", text))
    assert len(findings) > 2
    shown = "".join(f"{finding.message} {finding.help} {finding.field} {finding.notes}" for finding in findings)
    assert len(secret) < 12 or secret not in shown


def test_the_span_is_the_whole_scalar() -> None:
    token = "hf_" + "a1" * 17
    text = f'a: "x {token} y"\nb: [c, {token}] # {token}\n'
    assert [(finding.where, finding.field) for finding in leaks(text)] == [
        (Span("a.yaml", 1, 4, 1, 4 + len(token) + 6), "a"),
        (Span("a.yaml", 2, 8, 2, 8 + len(token)), "b[1]"),
        (Span("a.yaml", 2, 12 + len(token), 2, 12 + 2 * len(token)), None),
    ]


def test_a_document_with_a_credential_is_still_read() -> None:
    """Whether it is an error depends on the exceptions in Project."""
    documents, [finding] = read_documents(Source("a.yaml", "a: hf_" + "a1" * 17 + "\n"))
    assert [document.data.keys() for document in documents] == [{"a"}]
    assert "Hugging Face token" in finding.message


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("args: [--api-key, abc]\n", "args[1]"),
        ('args: ["--port", "80", "--hf-token", "abc"]\n', "args[3]"),
        ("args:\n- --api-key\n- abc\n", "args[1]"),
        ("args:\n  - '--api-key'\n  - 'abc'\n", "args[1]"),
        ('{"auths": {"quay.io": {"auth": "' + "dXNlcjpwYXNz" + '"}}}\n', 'auths["quay.io"].auth'),
        ("AWS_SECRET_ACCESS_KEY: " + "a1" * 20 + "\n", "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_a_credential_in_two_scalars_is_found_at_the_second(text: str, field: str) -> None:
    assert [finding.field for finding in leaks(text)] == [field]


def test_a_key_that_is_a_credential_is_not_shown_as_part_of_a_field() -> None:
    token = "hf_" + "a1" * 17
    found = leaks(f"a:\n  {token}:\n    b: {token}\n")
    assert [finding.field for finding in found] == [None, 'a["…"].b']


def test_a_comment_and_what_follows_it_are_not_read_as_one() -> None:
    assert leaks("# brings its own bearer\nrelease-2024-10-granite-8b: 1\n") == []


HEX = "0123456789abcdef"
UUID = "123e4567-e89b-12d3-a456-426614174000"


@pytest.mark.parametrize(
    "text",
    [
        "quay.io/org/image@sha256:" + HEX * 4,
        "oci://registry.example:5000/org/image:1.0@sha256:" + HEX * 4,
        "registry.example:5000/org/image@sha256:" + HEX * 4,
        "sha256:" + HEX * 4,
        HEX * 2 + HEX[:8],
        UUID,
        "task-" + "a1" * 20,
        "--api-key=$(API_KEY)",
        "--api-key=${API_KEY}",
        "--api-key=$API_KEY",
        "--api-key={{ .Key }}",
        "--api-key=<your key>",
        "--api-key=***",
        "--api-key=...",
        "--api-key $(API_KEY)",
        "--hf-token=$(HF_TOKEN)",
        "--api-key-file=/etc/key1234567",
        "--max-tokens=4096",
        "--max-num-batched-tokens=8192",
        "--tokenizer=meta-llama/Llama-3.1-8B-Instruct",
        "--tokenizer-mode=mistral",
        "--eos-token=</s>",
        "--pad-token=[PAD]",
        "--ssl-keyfile=/etc/tls/tls.key",
        "--served-model-name=granite-3-1-8b-instruct-fp8-dynamic",
        "pass --api-key and --hf-token by reference",
        "https://example.com:8443/path?x=1",
        "https://user@example.com/",
        "https://$(USER):$(PASSWORD)@example.com/",
        "https://${USER}:${PASSWORD}@example.com/",
        "https://{{.User}}:{{.Password}}@example.com/",
        "https://user:<password>@example.com/",
        "hf://org/model",
        "hf_transfer",
        "HF_HUB_ENABLE_HF_TRANSFER",
        "a bearer of good news about authentication-and-authorization",
        "Bearer $(TOKEN)",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "models.serving.kserve.io",
        "s.example.com",
        '{"auth": {"tokens": []}}',
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SECRET_ACCESS_KEY: {key: models/s3, property: secret}",
        "sk-learn-model-with-quite-a-long-name",
        "asia-northeast1-docker.pkg.dev/project/images/model",
        "npm_config_cache",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_credential_is_fine(text: str) -> None:
    assert find_credentials(text) == []
    assert leaks(f"a: {single_quoted(text)} # {text}\nb:\n- {single_quoted(text)}\n- x\n") == []


@given(st.text(alphabet=HEX, min_size=64, max_size=64), st.text(alphabet=HEX, min_size=40, max_size=40), st.uuids())
def test_digests_commits_and_uuids_never_match(digest: str, commit: str, uuid: object) -> None:
    for text in (
        f"quay.io/org/x@sha256:{digest}",
        f"oci://h:5000/x:1@sha256:{digest}",
        digest,
        commit,
        str(uuid),
        f"v1-{commit}",
    ):
        assert find_credentials(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "args: [--api-key, $(KEY)]\n",
        "args: [--api-key, --port]\n",
        "args:\n- --api-key\n- ${KEY}\n",
        "# --api-key, then\na: 1\n",
        "a: use --api-key, then\n",
        "a: [--api-key]\nb: [x]\n",
        "a: --api-key\nb: x\n",
    ],
)
def test_an_argument_without_a_literal_is_fine(text: str) -> None:
    assert leaks(text) == []


REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def _nested_repeats(tree: Any, inside: bool = False) -> bool:
    for operation, argument in tree:
        name = str(operation)
        if name in REPEATS:
            least, most, body = argument
            repeats = int(most) > 2 and int(most) != int(least)
            if (inside and repeats) or _nested_repeats(body, inside or repeats):
                return True
        elif name == "SUBPATTERN":
            if _nested_repeats(argument[-1], inside):
                return True
        elif name == "BRANCH":
            if any(_nested_repeats(branch, inside) for branch in argument[1]):
                return True
        elif name in ("ASSERT", "ASSERT_NOT") and _nested_repeats(argument[1], inside):
            return True
    return False


def test_no_pattern_nests_a_repetition_in_another() -> None:
    """That would let a hostile file take exponential time."""
    patterns = [pattern.regex for pattern in (*PATTERNS, argument_pair())] + [search.__self__ for _, search in _HINTS]
    for pattern in patterns:
        assert not _nested_repeats(re._parser.parse(pattern.pattern)), pattern.pattern  # type: ignore[attr-defined]
    assert _nested_repeats(re._parser.parse("(?:a+b)*"))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    [
        *("TOKEN", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "VLLM_API_KEY", "OPENAI_APIKEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        *("DB_PASSWORD", "PGPASSWORD", "CLIENT_SECRET", "SSH_PRIVATE_KEY", "AZURE_CREDENTIALS", "hf-token", "clientSecret", "s3.password"),
    ],
)  # fmt: skip
def test_names_of_variables_that_hold_a_credential(name: str) -> None:
    assert secret_env_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("TOKENIZERS_PARALLELISM", "MAX_TOKENS", "HF_TOKEN_PATH", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "EOS_TOKEN", "PAD_TOKEN", "SECRET_NAME"),
        *("API_KEY_FILE", "PASSWORD_FILE", "COST_PER_TOKEN", "HF_HOME", "", "KEY", "SECRETS_DIR", "GOOGLE_APPLICATION_CREDENTIALS"),
    ],
)  # fmt: skip
def test_names_of_variables_that_do_not(name: str) -> None:
    assert not secret_env_name(name)
