"""Any text and any object that the emitter must be able to write, for hypothesis."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from servewright.write.emit import LARGEST_INTEGER
from write.nasty_strings import NASTY

everything = st.characters(exclude_categories=["Cs"])
risky = st.sampled_from("+-.:#,?!&*%@`'\"|>{}[]()~=_/\\ \t\n\r0189aeEfnNoOxyY\x7f\x85\xa0\xad\u2028\ufeff\ufffe😀é")
texts = st.one_of(
    st.text(risky, max_size=12),
    st.text(everything, max_size=20),
    st.sampled_from(NASTY),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map("".join),
    st.lists(st.text(risky, max_size=8), min_size=2, max_size=5).map("\n".join),
    st.from_regex(re.compile(r"[-+]?[0-9_]*[.:eExob_]?[0-9_]*[-+:.eE]?[0-9_]*", re.ASCII), fullmatch=True),
)
values = st.recursive(
    st.one_of(texts, st.integers(-LARGEST_INTEGER, LARGEST_INTEGER), st.booleans(), st.none()),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts | st.sampled_from(["name", "metadata"]), inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(texts | st.sampled_from(["kind", "metadata", "spec"]), values, max_size=4)
