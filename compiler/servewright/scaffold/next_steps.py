"""What is left to do after ``servewright init``, in the order in which one would do it."""

from __future__ import annotations

import shlex
from collections.abc import Collection

from servewright.scaffold.choices import Choices
from servewright.scaffold.files import REQUIREMENTS

_CI = {
    "github": (
        "require the check `check` for the main branch, and name your teams in .github/CODEOWNERS",
        "create the label `allow-deletions`: on a pull request it says that deleting many models is meant",
    ),
    "gitlab": (
        "require pipelines to succeed before a merge, and name your groups in .gitlab/CODEOWNERS",
        "create the label `allow-deletions`: on a merge request it says that deleting many models is meant",
    ),
    "tekton": ("oc apply -f ci/servewright-task.yaml",),
    "none": (),
}


def next_steps(
    choices: Choices, folder: str, kept: Collection[str], *, is_new: bool, in_git: bool, is_fine: bool
) -> list[str]:
    """A line for each step.

    ``folder`` is where the repository is from here, ``kept`` has the files that were left as the user wrote them, and
    ``is_fine`` says whether it compiled.
    """
    steps = [] if folder == "." else [f"cd {shlex.quote(folder)}"]
    if not is_fine:
        steps.append("correct what the errors above are about, then: servewright render")
        steps.append(
            "what is neither a ModelDeployment nor a Connection cannot stay in deployments/: move it, "
            "or name other folders in servewright.yaml (spec.inputs)"
        )
    if choices.install is None and REQUIREMENTS not in kept:
        steps.append(f"write into {REQUIREMENTS} which servewright the checks install; until then they fail")
    if not in_git:
        steps.append("git init --initial-branch=main")
    steps.append("git add --all && git commit --message 'Add servewright'")
    if is_new:
        steps.append("servewright explain qwen3-4b")
        steps.append("put the cluster's own profiles and templates into catalog/, as catalog/README.md says")
    if is_new and choices.engine != "none":
        where = "" if choices.repository else "write `repository` into servewright.yaml, then: "
        steps.append(f"{where}servewright gitops {choices.engine} > {choices.engine}.yaml")
    steps += _CI[choices.ci]
    return steps
