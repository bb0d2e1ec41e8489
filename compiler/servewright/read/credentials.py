"""What a credential looks like: the published table of patterns, and the names of variables that hold one.

Inputs name Secrets, they never hold what is in them. The table keeps to tokens with a shape of their own: image
digests, commit hashes, UUIDs and references such as ``$(VAR)`` and ``{{ … }}`` never match.

Every pattern takes linear time: none nests a repetition, and one that starts with a run of characters looks behind
itself, so that a run is tried once. White space inside a pattern is always ``\\s``: whatever matches a value that is
written over several lines then matches those lines too, so the text of a file can be searched instead of its values.
"""

from __future__ import annotations

import re
from functools import cache

from servewright.record import NamedTuple


class Pattern(NamedTuple):
    """One kind of credential."""

    name: str
    regex: re.Pattern[str]


class Match(NamedTuple):
    """A credential in a text: what kind, and where. Never its value."""

    name: str
    start: int
    end: int


# What refers to a value, or stands for one, rather than being it.
_LITERAL = r"(?![$<{*]|\.\.\.|…)"
# An option that takes a credential, by how it ends (`--max-tokens` and `--eos-token` do not). The run is possessive:
# one attempt per option.
_FLAG_ENDS = (
    "api[-_]key apikey password passwd secret[-_]key access[-_]key client[-_]secret --secret --token hf[-_]token "
    "auth[-_]token access[-_]token api[-_]token bearer[-_]token github[-_]token gitlab[-_]token wandb[-_]token ngc[-_]token"
)
_FLAG = r"--(?<![\w-]--)[A-Za-z0-9_-]++(?i:" + "|".join(f"(?<={end})" for end in _FLAG_ENDS.split()) + ")"

_TABLE = (
    ("AWS access key id", r"A(?<![A-Za-z0-9]A)(?:KI|SI)A[A-Z0-9]{16}(?![A-Za-z0-9])"),
    (
        "AWS secret access key",
        r"(?i:aws_secret_access_key)[\"']{0,2}\s*[:=]\s*[\"']{0,2}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
    ),
    ("Hugging Face token", r"(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    ("GitHub token", r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    ("GitLab token", r"(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,}"),
    ("Slack token", r"(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{10,}"),
    ("Slack webhook", r"hooks\.slack\.com/services/[A-Za-z0-9_/-]{20,}"),
    (
        "OpenAI or Anthropic API key",
        r"(?<![A-Za-z0-9])sk-(?:[A-Za-z0-9]{32,}|(?:proj|svcacct|admin|None|ant|or)-[A-Za-z0-9_-]{20,})",
    ),
    ("Google API key", r"A(?<![A-Za-z0-9]A)Iza[A-Za-z0-9_-]{35}"),
    ("JSON web token", r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    ("private key", r"-----BEGIN\s++[A-Z0-9\s]{0,80}PRIVATE\s++KEY"),
    ("URL with a password", rf"://[^\s/?#@:\"'<>]*:{_LITERAL}[^\s/?#@\"'<>]+@"),
    ("signed URL", r"(?i:x-(?:amz|goog)-signature)=[0-9a-fA-F]{16,}"),
    ("Azure signature", r"[?&;]sig=[A-Za-z0-9%/+_-]{20,}"),
    ("Azure account key", r"(?i:accountkey)=[A-Za-z0-9/+]{20,}"),
    ("OpenShift token", r"sha256~[A-Za-z0-9_-]{40,}"),
    ("Vault token", r"hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    ("Vault token", r"s\.(?<![\w./-]s\.)(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24}(?![\w-])"),
    ("NVIDIA API key", r"(?<![A-Za-z0-9])nvapi-[A-Za-z0-9_-]{30,}"),
    ("npm token", r"(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"(?<![A-Za-z0-9])pypi-[A-Za-z0-9_-]{50,}"),
    ("registry login", r'"auth"\s*:\s*"[A-Za-z0-9/+]{8,}={0,2}"'),
    ("bearer token", r"[Bb]earer\s+(?=[A-Za-z._~+/-]*[0-9])[A-Za-z0-9._~+/-]{20,}"),
    (
        "value of a credential argument",
        rf"{_FLAG}(?:=[\"']{{0,2}}{_LITERAL}[^\s\"'\],]+"
        # Prose names arguments too, so behind a blank only what has the looks of a credential counts.
        rf"|\s+[\"']{{0,2}}{_LITERAL}(?=[^\s\"'=0-9]*[0-9])[^\s\"'=]{{8,}})",
    ),
)

# The same argument as two items of a list, in either of YAML's styles: flag and value are scalars of their own.
_PAIR = rf"{_FLAG}[\"']?\s*(?:,|-(?=\s))\s*[\"']?(?!-){_LITERAL}[^\s\"'\],]+"

# The same where options are known to stand, and no prose does: whatever is behind one counts.
_BEHIND = rf"{_FLAG}\s+(?!-){_LITERAL}\S+"

PATTERNS: tuple[Pattern, ...]


# Compiled when first asked for: almost no run does, and it takes longer than reading a hundred files.
@cache
def patterns() -> tuple[Pattern, ...]:
    """The table, compiled; ``PATTERNS`` to importers."""
    return tuple(Pattern(name, re.compile(regex)) for name, regex in _TABLE)


@cache
def argument_pair() -> Pattern:
    """An argument and its value in two items of a list; only structure can tell whether a match is one."""
    return Pattern("value of a credential argument", re.compile(_PAIR))


@cache
def _behind() -> re.Pattern[str]:
    return re.compile(_BEHIND)


def find_option_values(text: str) -> list[tuple[int, int]]:
    """Where a text of command-line arguments has an option that takes a credential, with its value."""
    if "--" not in text:
        return []
    return [match.span() for match in _behind().finditer(text)]


def is_option_value(option: str, value: object) -> bool:
    """Whether ``value``, the argument behind ``option``, is a credential by that."""
    if not option.startswith("--") or any(character.isspace() for character in option):
        return False
    return _behind().match(f"{option} {value}") is not None


def __getattr__(name: str) -> object:
    if name == "PATTERNS":
        return patterns()
    raise AttributeError(name)


# What a text must have for any pattern to match it: a sign, which is looked for first if it is rare, and more. Almost
# every file has none of it and is done with, so these are made to be fast: words, and patterns that start with a fixed
# character, which `re` looks for without stepping.
_HINT_WORDS = (
    ("~", "sha256~"),
    ("J", "eyJ"),
    ("Y", "-----BEGIN"),
    ("/", "hooks.slack.com/services/"),
    ('"', '"auth"'),
    ("e", "earer"),
)
_HINTS = tuple(
    (sign, re.compile(hint).search)
    for sign, hint in (
        ("A", r"A(?:KIA|SIA|Iza)[A-Za-z0-9_-]{16}"),
        (
            "_",
            r"_(?:(?:(?<=hf_)|(?<=gh[pousr]_)|(?<=github_pat_)|(?<=npm_)|(?<=api_org_))[A-Za-z0-9_]{30}"
            # Not `(?i:`, with which it takes three times as long to compile, and which takes the Kelvin sign for a k.
            r"|.[Ee][Yy][\"']{0,2}\s*[:=]\s*[\"']{0,2}[A-Za-z0-9/+]{40})",
        ),
        (
            "-",
            r"-(?:(?<=[kti]-)(?:(?<=sk-)|(?<=glpat-)|(?<=nvapi-)|(?<=pypi-))|(?<=xox[a-z]-))[A-Za-z0-9_-]{10}",
        ),
        ("=", r"=(?:(?<=sig=)|(?i:(?<=signature=)|(?<=accountkey=)))[A-Za-z0-9%/+_-]{16}"),
        (".", r"\.(?<=[sbr]\.)[A-Za-z0-9_-]{24}"),
        ("@", r"://[^\s/?#@:\"'<>]*:[^\s/?#@\"'<>]+@"),
        (
            "-",
            r"--(?<![\w-]--)[A-Za-z0-9_-]++(?=[\"'=,\s])(?<=[dntyDNTY])"
            r"(?i:(?<=key)|(?<=token)|(?<=secret)|(?<=password)|(?<=passwd))",
        ),
    )
)


def may_hold_credential(text: str) -> bool:
    """Whether ``text`` needs a closer look; False is certain."""
    for sign, word in _HINT_WORDS:
        if sign in text and word in text:
            return True
    for sign, search in _HINTS:  # noqa: SIM110 - a generator costs as much as what is asked
        if sign in text and search(text):
            return True
    return False


def find_credentials(text: str) -> list[Match]:
    """The credentials in ``text`` in the order they start in."""
    found = [
        Match(pattern.name, match.start(), match.end())
        for pattern in patterns()
        for match in pattern.regex.finditer(text)
    ]
    return sorted(found, key=lambda match: match.start)


_HOLDS_CREDENTIAL = r"(?:TOKEN|PASSWORD|PASSWD|PASSPHRASE|SECRET|API_?KEY|(?:ACCESS|SECRET|PRIVATE|ACCOUNT|ENCRYPTION)_?KEY(?:_?ID)?|CREDENTIALS?)$"
_PARTS_OF_NAMES = ("KEY", "TOKEN", "PASS", "SECRET", "CREDENTIAL")  # one of which is in each
# A path, by definition.
_PATH_NAMES = frozenset(("GOOGLE_APPLICATION_CREDENTIALS",))
# A tokenizer's special tokens, switches, and counts.
_HARMLESS_WORDS = frozenset((
    "ALLOW", "BOS", "CLS", "DISABLE", "ENABLE", "END", "EOS", "IMPLICIT", "MASK", "MAX", "MIN", "NO", "NUM", "PAD", "PER",
    "SEP", "START", "STOP", "UNK", "USE",
))  # fmt: skip


def secret_env_name(name: str) -> bool:
    """Whether a variable of this name would hold a credential, so that a literal value for it is one.

    >>> secret_env_name("HF_TOKEN"), secret_env_name("HF_TOKEN_PATH"), secret_env_name("EOS_TOKEN")
    (True, False, False)
    """
    words = name.upper()
    for part in _PARTS_OF_NAMES:
        if part in words:
            break
    else:
        return False  # as for nearly all, without a pattern
    words = re.sub(r"[-. ]", "_", words)
    if words in _PATH_NAMES or not re.search(_HOLDS_CREDENTIAL, words):
        return False
    return _HARMLESS_WORDS.isdisjoint(words.split("_"))
