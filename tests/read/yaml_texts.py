"""Random YAML for the reader's tests: data written by other people's writers, and soups of YAML's own symbols."""

from __future__ import annotations

import io
from typing import Any

import yaml
from hypothesis import strategies as st
from ruamel.yaml import YAML

WORDS = [
    *("a", "b", "name", "spec", "x-y", "é", "日本", "😀", "a b", "a  b", "", " ", " a", "a ", "#", "a #b", "a: b", "a:b", ":", "-", "- a"),
    *("|", ">", "'", '"', "it's", 'a"b', "\\", "a\\nb", "line\nbreak", "\n", "a\n", "\na", "a\n\nb", "  a\n b", "\ttab", "a\tb", "%", "@", "`"),
    *("!x", "&a", "*a", "?", "? a", "---", "...", "[", "]", "{", "}", ",", "a,b", "<<", "=", "~", "null", "true", "yes", "on", "1", "1.5"),
    *("0777", "0x1F", "1e3", "12:30:45", "2024-01-02", "--max-model-len=8192", "oci://quay.io/org/model:1.0", "$(VAR)", "{{ .Name }}"),
    *("word " * 30, "a" * 200, "\x07", "\x85", "\u2028", "\ufeff", "\xa0"),
]  # fmt: skip

strings = st.sampled_from(WORDS) | st.text(max_size=12) | st.text(alphabet=":-#'\"\\ \nab1,[]{}|>&*!%@", max_size=12)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.decimals(-1000, 1000, places=2).map(float)
    | strings
)  # fmt: skip
data = st.dictionaries(
    strings,
    st.recursive(scalars, lambda below: st.lists(below, max_size=4) | st.dictionaries(strings, below, max_size=4)),
    max_size=5,
)


@st.composite
def written(draw: st.DrawFn, written_data: st.SearchStrategy[dict[str, Any]] = data) -> tuple[dict[str, Any], str]:
    """Data, and the text of it by PyYAML or ruamel.yaml in one of their styles."""
    value = draw(written_data)
    width = draw(st.sampled_from([10, 40, 4096]))
    flow = draw(st.sampled_from([True, False, None]))
    if draw(st.booleans()):
        style = draw(st.sampled_from([None, "'", '"', "|", ">"]))
        indent = draw(st.integers(2, 6))
        return value, yaml.dump(
            value,
            Dumper=_Dumper,
            default_flow_style=flow,
            default_style=style,
            width=width,
            indent=indent,
            allow_unicode=draw(st.booleans()),
            sort_keys=False,
        )
    writer = YAML(typ="safe", pure=True)
    writer.width = width
    writer.default_flow_style = flow
    out = io.StringIO()
    writer.dump(value, out)
    return value, out.getvalue()


class _Dumper(yaml.SafeDumper):
    """Repeats equal values instead of referring to them, and tags nothing when every scalar gets quotes."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_scalar(self, tag: str, value: str, style: str | None = None) -> yaml.ScalarNode:
        if tag != "tag:yaml.org,2002:str":
            style = ""
        return super().represent_scalar(tag, value, style)


_TOKENS = [
    *("a: ", "b: ", "c:", "- ", "-", "\n", "\n  ", "\n    ", "\n- ", "\n  - ", "  ", " ", " #", "# c", "'", '"', "''", "|", "|-", ">", "|+"),
    *(">-", "|2", "[", "]", "{", "}", ", ", ",", ": ", ":", "? ", "&a ", "*a", "foo", "bar baz", "1", "1.5", "\\n", '"x"', "'y'", "é", "😀"),
    *("\t", "\r\n", "\r", "...", "---", "\n---\n", "true", "null", "~", "\\", "\n\n", "=", "<", "@x", "`", "%", "!t ", "x-y", "//", "u://h:1"),
    *("{}", "[]", "\n a: b", "\nd: e", "\n  f: g", "\xa0", "\\x41", "\\u00e9", "\\/", "\\ ", "\\\n", "k: |\n  ", "k: >\n  ", 'k: "', "k: '"),
    *("yes", "0777", "<<: ", "\0", "\x85", "\ufeff", "\ud800", "hf_" + "a1" * 20, "[" * 70),
]  # fmt: skip

soups = st.lists(st.sampled_from(_TOKENS), max_size=25).map("".join)
