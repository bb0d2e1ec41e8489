"""Arguments and environment: what a shell or a template engine would make of them is found out here."""

from __future__ import annotations

import re
from collections.abc import Collection

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.model.deployment import ModelDeployment

# llm-d passes arguments through this variable; its entrypoint evaluates it in a shell.
LLMD_ARGUMENTS = "VLLM_ADDITIONAL_ARGS"

# Patterns are compiled when first needed, which is seldom: they are a good part of a start.
_SHELL_UNSAFE = r"[`'\";|&<>()\r\n]"
_REFERENCE = r"\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)"
# What KServe's Go templates can expand: an InferenceService's own metadata, or an LLMInferenceService's.
# Names with other characters are looked up by `index`, with a key in backquotes: the template is made of JSON, where
# double quotes are escaped.
_KEY = r"[A-Za-z_][A-Za-z0-9_]*"
_METADATA = rf"(?:Name|Namespace|(?P<table>Labels|Annotations)\.(?P<key>{_KEY}))"
_KEYED = r"index\s+\.{0}(?P<keyed_table>Labels|Annotations)\s+`(?P<quoted_key>[^`]*)`"
_EXPRESSION = {
    False: rf"(?:-\s+|\s*)(?:\.{_METADATA}|{_KEYED.format('')})(?:\s+-|\s*)",
    True: rf"(?:-\s+|\s*)(?:\.ObjectMeta\.{_METADATA}|\.Spec\.Model\.Name|{_KEYED.format('ObjectMeta.')})(?:\s+-|\s*)",
}
_ACTION = r"(?s:\{\{((?:(?!\{\{|\}\}).)*)\}\})"


def decide_arguments(deployment: ModelDeployment, llmd: bool, problems: Problems) -> tuple[str, ...]:
    """The arguments without blank and comment lines; everything that would not arrive as written is reported."""
    spec = deployment.spec
    known = {variable.name for variable in spec.env} if llmd else ()
    kept = []
    for index, argument in enumerate(spec.args):
        text = argument.strip()
        if not text or text.startswith("#"):
            problems.add(
                codes.ARGUMENT_IGNORED,
                "a blank argument is dropped"
                if not text
                else "an argument that starts with `#` is taken for a comment and dropped",
                ("spec", "args", index),
                help="remove the line",
            )
            continue
        kept.append(argument)
        if "{{" in argument:
            _check_template(argument, llmd, ("spec", "args", index), problems)
        if llmd:
            _check_shell(argument, known, ("spec", "args", index), problems)
    if llmd:
        _check_shell_environment(deployment, kept, known, problems)
    for index, variable in enumerate(spec.env):
        if variable.value is not None:
            if "{{" in variable.value:
                _check_template(variable.value, llmd, ("spec", "env", index, "value"), problems)
            if variable.value_from is not None:
                problems.add(
                    codes.EXACTLY_ONE,
                    "`value` and `valueFrom` are both given",
                    ("spec", "env", index, "valueFrom"),
                    on="key",
                    help="keep one of them",
                )
        if llmd and variable.name == LLMD_ARGUMENTS and kept:
            problems.add(
                codes.ARGS_AND_ENV,
                f"`args` reach vLLM through `{LLMD_ARGUMENTS}`, which is set here too",
                ("spec", "env", index, "name"),
                help=f"move its value to `args`, or remove `args` and keep `{LLMD_ARGUMENTS}`",
            )
    return tuple(kept)


def template_references(text: str, llmd: bool) -> list[tuple[str, str]] | None:
    """The (table, key) of metadata that ``text`` asks for: ("Labels", "team"); None when it cannot be expanded."""
    if "{{" not in text:
        return []
    references = []
    actions = re.findall(_ACTION, text)
    if text.count("{{") != len(actions):
        return None  # an action that is never closed does not parse
    for action in actions:
        match = re.fullmatch(_EXPRESSION[llmd], action)
        if match is None:
            return None
        table, key = match["table"] or match["keyed_table"], match["key"] or match["quoted_key"]
        if table:
            references.append((table, key))
    return references


def _check_template(text: str, llmd: bool, path: Path, problems: Problems) -> None:
    if template_references(text, llmd) is not None:
        return
    example = "`{{.ObjectMeta.Name}}`" if llmd else "`{{.Name}}`"
    problems.add(
        codes.TEMPLATE_EXPRESSION,
        "KServe takes `{{ … }}` for a template of its own and cannot expand this one: the model would never start",
        path,
        help=f"only {example} and the like are expanded; put a chat template into a file of the model and pass its path",
    )


def _check_shell_environment(
    deployment: ModelDeployment, args: Collection[str], known: Collection[str], problems: Problems
) -> None:
    """Values that reach the shell by way of the environment: the arguments' own variable, and what they refer to."""
    env = deployment.spec.env
    own = [variable.value or "" for variable in env if variable.name == LLMD_ARGUMENTS]
    referred = {name for text in (*args, *own) for name in re.findall(_REFERENCE, text)} | {LLMD_ARGUMENTS}
    for index, variable in enumerate(env):
        if variable.value and variable.name in referred:
            _check_shell(variable.value, known, ("spec", "env", index, "value"), problems)


def _check_shell(argument: str, known: Collection[str], path: Path, problems: Problems) -> None:
    # $(NAME) is expanded by the kubelet before any shell sees it: if NAME is set, which a config may do as well.
    expanded = "$" in argument
    found = re.search(_SHELL_UNSAFE, re.sub(_REFERENCE, "", argument) if expanded else argument)
    if found:
        shown = {"\n": "a line break", "\r": "a line break"}.get(
            found.group(), f"`{found.group()}`" if found.group() != "`" else "a backquote"
        )
        problems.add(
            codes.SHELL_UNSAFE,
            f"llm-d arguments go through a shell, which would take {shown} for its own syntax",
            path,
            help="vLLM takes a JSON option member by member too, like `--option.member=value`"
            if "{" in argument
            else "write the option without it, or put the value into a file of the model",
        )
    elif expanded and "$" in re.sub(_REFERENCE, lambda match: "" if match[1] in known else match[0], argument):
        problems.add(
            codes.SHELL_EXPANSION,
            "llm-d arguments go through a shell, which expands `$`",
            path,
            help="write the value itself; for a variable of `env` write `$(NAME)`, which Kubernetes expands",
        )
