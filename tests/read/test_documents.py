"""What is read, what is refused, where, and what the help says to write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from read.yaml_texts import soups
from servewright.diagnostics.model import Document, Finding, Source, Span
from servewright.read.documents import read_documents
from servewright.read.scalars import PlainFloat


def read(text: str, *, catalog: bool = False) -> tuple[list[dict[str, object]], list[Finding]]:
    documents, findings = read_documents(Source("a.yaml", text), catalog=catalog)
    return [document.data for document in documents], findings


def places(text: str, findings: list[Finding]) -> list[tuple[str, str]]:
    """Each finding's slug, and the text that its span covers on its first line."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = []
    for finding in findings:
        assert isinstance(finding.where, Span)
        _, line, column, end_line, end_column = finding.where
        found.append((finding.rule.slug, lines[line - 1][column - 1 : end_column - 1 if end_line == line else None]))
    return found


def test_values_are_plain() -> None:
    text = "s: text\nq: 'it''s'\ni: 12\nf: 1.50\nt: true\nz:\nl: [a, 1]\nm: {k: v}\nb: |\n  x\n"
    [data], findings = read(text)
    assert findings == []
    assert data == {
        "s": "text", "q": "it's", "i": 12, "f": 1.5, "t": True, "z": None, "l": ["a", 1], "m": {"k": "v"}, "b": "x\n",
    }  # fmt: skip
    assert isinstance(data["f"], PlainFloat)
    assert data["f"].text == "1.50"


def test_documents_know_their_number_and_empty_ones_count() -> None:
    documents, findings = read_documents(Source("a.yaml", "# only a comment\n---\na: 1\n---\n---\n# x\n---\nb: 2\n"))
    assert findings == []
    assert [(document.index, document.data) for document in documents] == [(0, {"a": 1}), (3, {"b": 2})]


@pytest.mark.parametrize("text", ["", "\n", "# comment\n", "---\n", "---\n---\n...\n", "\ufeff", "---\n# c\n"])
def test_nothing_is_no_document_and_no_error(text: str) -> None:
    assert read(text) == ([], [])


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read("\ufeffa: 1\n") == ([{"a": 1}], [])


def test_anchors_and_aliases_give_values_of_their_own() -> None:
    [data], findings = read("a: &x {k: [1]}\nb: *x\nc: &s text\nd: *s\n*s : 2\n")
    assert findings == []
    assert data == {"a": {"k": [1]}, "b": {"k": [1]}, "c": "text", "d": "text", "text": 2}
    assert data["a"] is not data["b"]
    assert data["a"]["k"] is not data["b"]["k"]  # type: ignore[index]


REFUSED = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "duplicate-key", "a"),
    "duplicate key, quoted": ("a: 1\n'a': 3\n", "duplicate-key", "'a'"),
    "duplicate key in a flow": ("x: {k: 1, l: 2, k: 3}\n", "duplicate-key", "k"),
    "duplicate by alias": ("a: &x b\nb: 1\n*x : 2\n", "duplicate-key", "*x"),
    "tag": ("a: !!str 1\n", "tag-not-allowed", "!!str"),
    "local tag": ("a: !secret b\n", "tag-not-allowed", "!secret"),
    "bare tag": ("a: ! b\n", "tag-not-allowed", "!"),
    "tag behind an anchor": ("a: &x !y b\n", "tag-not-allowed", "!y"),
    "python tag": ("a: !!python/object/apply:os.system [ls]\n", "tag-not-allowed", "!!python/object/apply:os.system"),
    "tagged mapping": ("a: !t\n  b: c\n", "tag-not-allowed", "!t"),
    "merge key": ("a: &x {k: v}\nb:\n  <<: *x\n", "ambiguous-scalar", "<<"),
    "merge text": ("a: <<\n", "ambiguous-scalar", "<<"),
    "yes": ("a: yes\n", "ambiguous-scalar", "yes"),
    "off in a list": ("a: [b, OFF]\n", "ambiguous-scalar", "OFF"),
    "odd case": ("a: yEs\n", "ambiguous-scalar", "yEs"),
    "anchored": ("a: &x yes\n", "ambiguous-scalar", "yes"),
    "octal": ("a: 0777\n", "ambiguous-scalar", "0777"),
    "sexagesimal": ("a: 12:30:45\n", "ambiguous-scalar", "12:30:45"),
    "exponent": ("a: 706798e8\n", "ambiguous-scalar", "706798e8"),
    "date": ("a: 2024-01-02\n", "ambiguous-scalar", "2024-01-02"),
    "timestamp": ("a: 2024-01-02T03:04:05Z\n", "ambiguous-scalar", "2024-01-02T03:04:05Z"),
    "infinity": ("a: .inf\n", "ambiguous-scalar", ".inf"),
    "ambiguous key": ("on: x\n", "ambiguous-scalar", "on"),
    "ambiguous key in a flow": ("a: {y: 1}\n", "ambiguous-scalar", "y"),
    "large number": ("a: 9007199254740993\n", "number-not-portable", "9007199254740993"),
    "overflow": ("a: 1.0e+400\n", "number-not-portable", "1.0e+400"),
    "number as key": ("1: x\n", "key-not-a-string", "1"),
    "float as key": ("1.5: x\n", "key-not-a-string", "1.5"),
    "boolean as key": ("true: x\n", "key-not-a-string", "true"),
    "null as key": ("~: x\n", "key-not-a-string", "~"),
    "large number as key": ("9007199254740993: x\n", "key-not-a-string", "9007199254740993"),
    "no key": ("?\n: x\n", "key-not-a-string", ""),
    "braces unquoted": ("a: {{ b }}\n", "key-not-a-string", "{"),
    "list as key": ("? [a]\n: b\n", "key-not-a-string", "["),
    "list": ("- a\n- b\n", "not-a-mapping", "- a"),
    "text": ("hello\n", "not-a-mapping", "hello"),
    "explicit null": ("~\n", "not-a-mapping", "~"),
    "directive": ("%YAML 1.2\n---\na: 1\n", "yaml-syntax", "%YAML 1.2"),
    "unknown alias": ("a: *x\n", "yaml-syntax", "*x"),
    "alias of another document": ("a: &x 1\n---\nb: *x\n", "yaml-syntax", "*x"),
    "anchor twice": ("a: &x 1\nb: &x 2\n", "yaml-syntax", "&x 2"),
    "recursive alias": ("a: &x [*x]\n", "alias-budget", "*x"),
    "recursive root": ("--- &x\na: {b: *x}\n", "alias-budget", "*x"),
    "open quote": ('a: "b\nc: d\n', "yaml-syntax", '"'),
    "broken tag": ("a: !<x b\n", "tag-not-allowed", "!"),
    "tag of an unknown handle": ("a: !x!y b\n", "tag-not-allowed", "!"),
    "backquote": ("a: `b`\n", "yaml-syntax", "`"),
    "star": ("a: *\n", "yaml-syntax", "*"),
    "text behind a block sign": ("a: | b\n", "yaml-syntax", "|"),
    "open list": ("a: [b\nc: d\n", "yaml-syntax", ":"),
    "tab": ("a:\n\tb: c\n", "yaml-syntax", "\t"),
    "at sign": ("a: @b\n", "yaml-syntax", "@"),
    "colon in a value": ("a: b: c\n", "yaml-syntax", ":"),
    "bad indentation": ("a:\n  b: 1\n c: 2\n", "yaml-syntax", "c"),
    "no colon": ("a: 1\nbcd\n", "yaml-syntax", "b"),
    "unknown escape": ('a: "\\q"\n', "yaml-syntax", "\\"),
    "conflict": ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\nb: 3\n>>>>>>> main\n", "yaml-syntax", "<"),
    "bell": ("a: b\x07c\n", "yaml-syntax", "\x07"),
    "escape character in a comment": ("a: b # \x1b[31m\n", "yaml-syntax", "\x1b"),
    "next line": ("# a\x85b: 1\nc: 2\n", "yaml-syntax", "\x85"),
    "line separator": ("a: b\u2028c: d\n", "yaml-syntax", "\u2028"),
    "byte order mark inside": ("a: b\ufeff\n", "yaml-syntax", "\ufeff"),
    "lone surrogate": ("a: \ud800\n", "yaml-syntax", "\ud800"),
    "deep": ("a: " + "[" * 64 + "]" * 64 + "\n", "nesting-too-deep", "["),
    "too deep for libyaml": ("a: " + "[" * 1001 + "]" * 1001 + "\n", "nesting-too-deep", "["),
}  # fmt: skip


# What is wrong with these leaves no doubt about the rest: the document is there, so that everything else is reported too.
READ_ALL_THE_SAME = {
    "duplicate key": {"a": 3, "b": 2},
    "duplicate key, quoted": {"a": 3},
    "duplicate key in a flow": {"x": {"k": 3, "l": 2}},
    "duplicate by alias": {"a": "b", "b": 2},
    "merge text": {"a": "<<"},
    "yes": {"a": "yes"},
    "off in a list": {"a": ["b", "OFF"]},
    "odd case": {"a": "yEs"},
    "anchored": {"a": "yes"},
    "octal": {"a": "0777"},
    "sexagesimal": {"a": "12:30:45"},
    "exponent": {"a": "706798e8"},
    "date": {"a": "2024-01-02"},
    "timestamp": {"a": "2024-01-02T03:04:05Z"},
    "infinity": {"a": ".inf"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, slug, covered = REFUSED[name]
    documents, findings = read(text)
    assert places(text, findings)[0] == (slug, covered)
    assert len(findings) == 1
    assert findings[0].help
    expected = {"a": 1} if name == "alias of another document" else READ_ALL_THE_SAME.get(name)
    if name in ("large number", "overflow"):
        assert [type(item) for document in documents for item in document.values()] == [str]
    else:
        assert documents == ([expected] if expected else [])


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_a_refused_document_does_not_hide_the_others(name: str, line_break: str) -> None:
    text, slug, covered = REFUSED[name]
    if name == "directive":
        text = text.removeprefix("%YAML 1.2\n---\n") + "...\n" + text
    around = f"before: 1\n---\n{text}---\nafter: x: y\n---\nlast: 2\n".replace("\n", line_break)
    documents, findings = read(around)
    assert (documents[0], documents[-1]) == ({"before": 1}, {"last": 2})
    assert {"after": "x"} not in documents
    assert (slug, covered) in places(around, findings)
    assert ("yaml-syntax", ":") in places(around, findings)
    assert len(findings) == 2


def test_positions_of_findings_are_exact() -> None:
    _, findings = read("é: 1\r\n---\r\na: b: c\r\n---\r\nx:\r\n  - 😀: yes\r\n")
    assert [finding.where for finding in findings] == [Span("a.yaml", 3, 5, 3, 6), Span("a.yaml", 6, 8, 6, 11)]


def test_a_duplicate_key_shows_both_places() -> None:
    _, [finding] = read("x:\n  k: 1\nz:\n  k: 1\n  l: 2\n  k: 3\n")
    assert finding.where == Span("a.yaml", 6, 3, 6, 4)
    assert [note.where for note in finding.notes] == [Span("a.yaml", 4, 3, 4, 4)]


def test_an_open_bracket_is_shown_beside_where_it_is_missed() -> None:
    _, [finding] = read("a:\n  b: [1, 2\nc: 3\n")
    assert [note.where for note in finding.notes] == [Span("a.yaml", 2, 6, 2, 7)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 0777\n", '`"0777"`'),
        ("a: yes\n", '`"yes"` for the text, or `true` or `false`'),
        ("on: 1\n", '`"on":`'),
        ("1: x\n", '`"1":`'),
        ("a: 9007199254740993\n", '`"9007199254740993"`'),
        ("a: @b\n", "quote"),
        ("a:\n\tb: c\n", "spaces"),
        ("a: {{ b }}\n", '"{{ name }}"'),
        ("a: b\x07\n", "`\\u0007`"),
    ],
)
def test_the_help_says_what_to_write(text: str, words: str) -> None:
    _, findings = read(text)
    assert words in (findings[0].help or "")


def test_everything_wrong_in_a_document_is_reported_at_once() -> None:
    text = "a: yes\nb: 0777\nc: !x y\na: 1\nd: {on: 1}\n"
    _, findings = read(text)
    assert places(text, findings) == [
        ("ambiguous-scalar", "yes"),
        ("ambiguous-scalar", "0777"),
        ("tag-not-allowed", "!x"),
        ("duplicate-key", "a"),
        ("ambiguous-scalar", "on"),
    ]


def test_in_a_catalog_what_kubernetes_writes_unquoted_is_as_kubernetes_reads_it() -> None:
    text = "t: 2024-01-02T03:04:05Z\nd: 2024-01-02\ne: =\nw: nO\nf: 1e+06\n2024-01-03: x\n"
    expected = {"t": "2024-01-02T03:04:05Z", "d": "2024-01-02", "e": "=", "w": "nO", "f": 1e6, "2024-01-03": "x"}
    assert read(text, catalog=True) == ([expected], [])
    assert len(read(text)[1]) == 6
    assert read("a: yes\n", catalog=True)[1] != []


def test_aliases_within_the_budget_are_fine() -> None:
    text = "a: &x [1, 2, 3]\nb:\n" + "- *x\n" * 100
    [data], findings = read(text)
    assert findings == []
    assert data["b"] == [[1, 2, 3]] * 100


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1\nb:\n" + "- *x\n" * 101,
        "a: &a [" + "1," * 99 + "1]\n" + "".join(f"{name}: &{name} [" + f"*{above}," * 9 + f"*{above}]\n" for above, name in ["ab", "bc", "cd", "de"]),
        "a: &x [" + "1," * 6000 + "1]\nb: *x\nc: *x\n",
    ],
    ids=["count", "billion laughs", "size"],
)  # fmt: skip
def test_aliases_beyond_the_budget_are_refused_once(text: str) -> None:
    documents, findings = read(text)
    assert documents == []
    assert [finding.rule.slug for finding in findings] == ["alias-budget"]


def test_the_alias_budget_is_the_files_not_the_documents() -> None:
    documents, findings = read("a: &x 1\nb: *x\n---\n" * 101)
    assert (len(documents), len(findings)) == (100, 1)


def test_aliases_cannot_nest_deeper_than_text_can() -> None:
    half = "[" * 40 + "]" * 40
    _, findings = read(f"a: &x {half}\nb: {'[' * 40}*x{']' * 40}\n")
    assert [finding.rule.slug for finding in findings] == ["nesting-too-deep"]


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "{a: ", "a:\n "])
def test_nesting_never_exhausts_anything(opening: str) -> None:
    documents, findings = read(opening * 100_000)
    assert len(documents) <= 1
    assert findings


def test_sixty_four_levels_are_fine() -> None:
    [data], findings = read("a: " + "[" * 63 + "]" * 63)
    assert (len(data), findings) == (1, [])


def test_a_file_of_nothing_but_errors_is_given_up() -> None:
    _, findings = read("a: b: c\n---\n" * 1000)
    assert len(findings) < 100
    assert "too many" in findings[-1].message


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"


@pytest.mark.parametrize("order", ["kind first", "kind last", "in a list"])
def test_nothing_is_said_about_the_values_of_a_secret(order: str) -> None:
    """Its values are refused as a whole, by whoever looks at kinds; a message about one of them would show it."""
    values = "stringData: {pin: 0777, flag: yes, pin: 08}\n"
    text = SECRET + values if order == "kind first" else values + SECRET
    if order == "in a list":
        text = "kind: List\nitems:\n- " + text.strip().replace("\n", "\n  ") + "\n"
    documents, findings = read(text, catalog=True)
    assert findings == []
    assert "Secret" in str(documents)


@pytest.mark.parametrize(
    "text",
    [
        "stringData: {pin: 07775}\nkind: Secret\n: [\n",
        "spec: {env: [{name: HF_TOKEN, value: 07775}]}\n",
        "spec: {env: [{value: 07775, name: DB_PASSWORD}]}\n",
        "password: 07775\n",
        "secret: [07775]\n",
        "data: {pin: 90071992547409977775}\n",
    ],
)
def test_a_value_that_may_be_secret_is_not_quoted(text: str) -> None:
    _, findings = read(text)
    assert findings
    assert "7775" not in "".join(f"{finding.message}{finding.help}{finding.field}" for finding in findings)


texts = st.text() | soups | st.binary().map(lambda data: data.decode("latin-1"))


@given(texts, st.booleans())
def test_no_text_raises_and_every_finding_has_its_place(text: str, catalog: bool) -> None:
    source = Source("a.yaml", text)
    documents, findings = read_documents(source, catalog=catalog)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in findings:
        assert isinstance(finding.where, Span)
        assert finding.where.file == "a.yaml"
        for line, column in (finding.where[1:3], finding.where[3:5]):
            assert 1 <= line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1
        assert finding.where[1:3] <= finding.where[3:5]
        assert finding.message[0] not in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        assert finding.message[-1] != "."
    for document in documents:
        assert isinstance(document, Document)
        assert document.source is source
        _assert_plain(document.data)


def _assert_plain(value: object) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            assert type(key) is str
            _assert_plain(below)
    elif isinstance(value, list):
        for below in value:
            _assert_plain(below)
    else:
        assert value is None or type(value) in (str, int, bool, PlainFloat)


@given(soups)
def test_reading_again_gives_the_same(text: str) -> None:
    assert read_documents(Source("a.yaml", text)) == read_documents(Source("a.yaml", text))
