"""Other people's YAML readers, for comparison. Each takes documents of one text each and answers values or errors."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import yaml
from ruamel.yaml import YAML

from go_yaml import go_read


def _each(load: Callable[[str], object]) -> Callable[[Sequence[str]], list[object | Exception]]:
    def read(texts: Sequence[str]) -> list[object | Exception]:
        answers: list[object | Exception] = []
        for text in texts:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    answers.append(load(text))
            except Exception as error:
                answers.append(error)
        return answers

    return read


READERS: dict[str, Callable[[Sequence[str]], list[object | Exception]]] = {
    "YAML 1.1 (PyYAML)": _each(yaml.safe_load),
    "YAML 1.1 (PyYAML, libyaml)": _each(lambda text: yaml.load(text, yaml.CSafeLoader)),
    "YAML 1.2 (ruamel.yaml)": _each(lambda text: YAML(typ="safe", pure=True).load(text)),
    "Go (sigs.k8s.io/yaml)": go_read,
}


def same(ours: object, theirs: object) -> bool:
    """Equal values, where JSON's one kind of number is enough but a boolean is no number and text is no date."""
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and ours.keys() == theirs.keys()
            and all(same(value, theirs[key]) for key, value in ours.items())
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
    if ours is None or isinstance(ours, bool | str):
        return type(ours) is type(theirs) and ours == theirs
    return isinstance(theirs, int | float) and not isinstance(theirs, bool) and ours == theirs
