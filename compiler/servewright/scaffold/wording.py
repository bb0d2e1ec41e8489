"""What the files of a new repository say differently for what runs its checks and for what syncs its tree."""

ENGINE = {
    "argocd": "Argo CD syncs them to the cluster",
    "flux": "Flux syncs them to the cluster",
    "none": "to be applied to the cluster",
}

REQUEST = {"github": "pull request", "gitlab": "merge request", "tekton": "pull request", "none": "pull request"}

CHECKS = {
    "github": "The check fails on what is wrong or not rendered, and a comment says what the change does.",
    "gitlab": "The job `servewright` fails on what is wrong or not rendered; `servewright-diff` says what the change does.",
    "tekton": "The Task fails on what is wrong or not rendered, and says in its log what the change does.",
    "none": "Nothing checks it: run `servewright render --check` and `servewright diff --base origin/main`.",
}

DELETIONS = {
    "github": "give the pull request the label `allow-deletions`.",
    "gitlab": "give the merge request the label `allow-deletions`, and run a new pipeline in its tab *Pipelines*.",
    "tekton": "set the Task's parameter `allow-deletions` to `true`.",
    "none": "`servewright diff --allow-deletions` does not fail.",
}

# A line that pip can neither read nor look for, and shows: a package of this name could be anybody's.
NOT_YET = (
    "servewright is not on PyPI yet: write into this file, in place of this line, "
    "which commit of its repository is to be installed"
)
