"""What is left to do after ``servewright init``, in the order in which one would do it."""

from servewright.scaffold.choices import Choices

_CI = {
    "github": "require the check `check` for the main branch, and name your teams in .github/CODEOWNERS",
    "gitlab": "require pipelines to succeed before a merge",
    "tekton": "oc apply -f ci/servewright-task.yaml",
}


def next_steps(choices: Choices, *, is_new: bool, in_git: bool) -> list[str]:
    """A line for each step."""
    steps = [] if in_git else ["git init"]
    steps.append("git add --all && git commit --message 'Add servewright'")
    if is_new:
        steps.append("servewright explain qwen3-4b")
        steps.append("put the cluster's own profiles and templates into catalog/, as catalog/README.md says")
    if choices.install.startswith("servewright=="):
        steps.append("until servewright is on PyPI, name a commit of its repository in requirements-servewright.txt")
    if is_new and choices.engine != "none":
        where = "" if choices.repository else "write `repository` into servewright.yaml, then: "
        steps.append(f"{where}servewright gitops {choices.engine} > {choices.engine}.yaml")
    if choices.ci in _CI:
        steps.append(_CI[choices.ci])
    return steps
