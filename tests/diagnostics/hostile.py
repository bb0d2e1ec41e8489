"""Diagnostics with texts that try to be more than texts, for the tests of every format."""

from __future__ import annotations

from hypothesis import strategies as st

from servewright.diagnostics.model import Diagnostic, Related, Severity, Span

PIECES = (
    "::error file=x,line=1::owned", "\n::add-mask::x\n", "\r\n::stop-commands::t", "##[add-mask]x", "##vso[task]x", "%0A::error::x",
    "%25", "%", ",line=9", ":", "::", "\x1b[31m", "\x00", "\x9b", "\u202e", "\u2066", "\u200b", "\u2028", "\x85", "\ud800",
    "\ufffe", "\U0001fffe", "\U000e0041", "<script>alert(1)</script>", "</summary>", "</details>", "<!--", "-->", "<img src=x onerror=y>",
    "<b", "]]>", "<![CDATA[", "&lt;", "&#60;", "&", '"', "'", "`", "``", "```\n", "~~~", "~~x~~", "**x**", "_x_", "__", "*", "|", "\\|",
    "\\", "\\`", "[x](https://evil.example)", "[x](1)", "![x](https://evil.example/x.png)", "[x]: https://evil.example", "[x][x]",
    "https://evil.example/a", "http://evil.example", "www.evil.example", "WWW.evil.example", "mailto:a@evil.example", "a@evil.example",
    "@octocat", "@org/team", "#12", "org/repo#12", "$x$", "$$", "- x", "# x", "> x", "1. x", "    x", "\n\n", "---\n", "===\n", "| a | b |\n|---|---|",
    "{0}", "{{x}}", "../../etc/passwd", "a:b", "ü 模型 😀", " ", "\t", "x", "`gpu`", "`a|b`", "<https://evil.example>", "<a@evil.example>",
)  # fmt: skip

texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=5).map("".join),
)
filled = texts.filter(bool)
_numbers = st.integers(1, 99_999)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    line, column = draw(_numbers), draw(_numbers)
    end_line = line + draw(st.integers(0, 3))
    end_column = column + draw(st.integers(0, 9)) if end_line == line else draw(_numbers)
    return Span(draw(filled), line, column, end_line, end_column)


diagnostics = st.builds(
    Diagnostic,
    code=st.sampled_from(["SW104", "SW204", "SW301", "SW322"]),
    slug=st.sampled_from(["invalid-value", "runtime-ambiguous"]),
    severity=st.sampled_from(["error", "warning", "info"]),
    message=filled,
    help=st.none() | texts,
    span=st.none() | spans(),
    related=st.lists(st.builds(Related, filled, st.none() | spans()), max_size=3).map(tuple),
    object=st.none() | texts,
    field=st.none() | texts,
)


def several(severity: Severity, number: int, message: str = "it is wrong") -> list[Diagnostic]:
    """As many diagnostics that differ in where they are."""
    return [
        Diagnostic(
            "SW104",
            "invalid-value",
            severity,
            f"{message} `{index}`",
            "write `runtime: auto`",
            Span(f"deployments/team-{index % 7}/model-{index}.yaml", index + 1, 3, index + 1, 9),
            (),
            f"ModelDeployment/demo/model-{index}",
            "spec.runtime",
        )
        for index in range(number)
    ]


WHOLE = Diagnostic(
    code="SW204",
    slug="runtime-ambiguous",
    severity="error",
    message="two runtimes fit format `onnx` 1",
    help="write `runtime: kserve-ovms`",
    span=Span("deployments/fraud.yaml", 14, 12, 14, 16),
    related=(Related("first defined here", Span("catalog/templates.yaml", 3, 1, 3, 4)), Related("by default", None)),
    object="InferenceService/demo/fraud",
    field="spec.runtime",
)
NOWHERE = Diagnostic("SW405", "no-objects", "error", "nothing would be rendered", "write a ModelDeployment")
SUMMARY = {"errors": 1, "warnings": 0, "infos": 0, "deployments": 2, "objects": 0}
CLEAN = {"errors": 0, "warnings": 0, "infos": 0, "deployments": 2, "objects": 6}
TOKEN = "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH"
SECRETIVE = Diagnostic("SW104", "x", "error", TOKEN, TOKEN, None, (Related(TOKEN, None),), f"A/b/{TOKEN}", TOKEN)
