"""Texts come back as they were put, whatever they have in common."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from servewright.write.texts import Texts

HEAD = "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\n"
PIECES = st.sampled_from(
    [HEAD, "metadata:\n  name: a", "\n  namespace: d", "\nspec:\n", "\n---\n", "  a: b", "kind: X\n", ""]
)


@given(st.lists(st.lists(PIECES).map("".join), max_size=6))
def test_a_text_is_what_was_put(texts: list[str]) -> None:
    held = Texts()
    files = {f"{number}.yaml": text for number, text in enumerate(texts)}
    for path, text in files.items():
        held.put(path, text)
    assert dict(held) == files
    assert list(held.sorted_with({"0": "more"}).items()) == sorted({**files, "0": "more"}.items())


def test_what_runtimes_have_in_common_is_held_once() -> None:
    held = Texts()
    spec = "\nspec:\n" + "  image: x\n" * 100
    for name in "ab":
        held.put(name, f"{HEAD}metadata:\n  name: {name}\n  namespace: {name}-demo{spec}\n---\nkind: X\n")
    one, other = held._held.values()
    assert isinstance(one, tuple) and isinstance(other, tuple)
    assert one[-1] is other[-1]
    assert len(one[0]) < 150
