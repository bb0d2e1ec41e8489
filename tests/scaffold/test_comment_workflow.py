"""The workflow that may write to pull requests: its script is run against an API like GitHub's, with texts of strangers."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harness import servewright
from scaffold.workflow import Job, Ran, load, texts

MARKER = "<!-- servewright-diff -->"
TEXT = f"{MARKER}\n### 1 model changes\n"
SHA = "a" * 40
BOT, STRANGER = "github-actions[bot]", "mallory"
REPOSITORY = "/api/v3/repos/acme/models"


class GitHub(http.server.ThreadingHTTPServer):
    """Pull requests and comments; ``calls`` are those that changed something."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.pulls: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.calls: list[tuple[str, str, str]] = []

    def pull(self, number: int, head: str = "mallory:change", sha: str = SHA, state: str = "open") -> None:
        """A pull request; ``head`` is what its query parameter of the same name finds it by."""
        self.pulls.append({"number": number, "head": {"sha": sha, "label": head}, "state": state})

    def comment(self, user: str, body: str) -> None:
        """A comment, with the next number."""
        self.comments.append({"id": len(self.comments), "user": {"login": user}, "body": body})


class _Handler(http.server.BaseHTTPRequestHandler):
    server: GitHub

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if url.path == f"{REPOSITORY}/pulls":
            found = [
                pull
                for pull in self.server.pulls
                if pull["state"] == query["state"] and pull["head"]["label"] == query["head"]
            ]
        else:
            assert url.path == f"{REPOSITORY}/issues/7/comments", url.path
            found = self.server.comments
        size, page = int(query["per_page"]), int(query["page"])
        self._answer(found[size * (page - 1) : size * page])

    def do_POST(self) -> None:
        self._change()

    def do_PATCH(self) -> None:
        self._change()

    def _change(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert list(body) == ["body"]
        assert self.headers["Authorization"] == "Bearer secret-token"
        self.server.calls.append((self.command, self.path.removeprefix(REPOSITORY), body["body"]))
        self._answer({})

    def _answer(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def github() -> Iterator[GitHub]:
    server = GitHub()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def workflow(tmp_path: Path) -> dict[str, Any]:
    assert servewright("init", "models", cwd=tmp_path).code == 0
    return load(tmp_path / "models/.github/workflows/servewright-comment.yaml")


def post(workflow: dict[str, Any], github: GitHub, tmp_path: Path, text: str | bytes | Path | None = TEXT) -> Ran:
    """Run the job on an artifact with this text, or a link to a file, from the branch `change` of mallory's fork.

    None is for no artifact: fetching it fails, which the step with the script looks at.
    """
    job = Job(
        workflow["jobs"]["comment"]["steps"],
        conditions={"${{ steps.fetch.outcome == 'success' }}": lambda state: text is not None},
        expressions={
            "${{ github.token }}": "secret-token",
            "${{ github.event.workflow_run.head_repository.owner.login }}": "mallory",
            "${{ github.event.workflow_run.head_branch }}": "change",
            "${{ github.event.workflow_run.head_sha }}": SHA,
        },
    )
    folder = tmp_path / "temp/servewright-diff"
    folder.mkdir(parents=True)
    if text is None:
        pass
    elif isinstance(text, Path):
        (folder / "diff.md").symlink_to(text)
    else:
        (folder / "diff.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    environment = {
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}/api/v3",
        "GITHUB_REPOSITORY": "acme/models",
        "PATH": "/usr/bin:/bin",
    }
    (ran,) = job.run(tmp_path, environment).values()
    assert "secret-token" not in ran.out
    return ran


def test_the_first_run_of_a_pull_request_makes_a_comment(
    workflow: dict[str, Any], github: GitHub, tmp_path: Path
) -> None:
    github.pull(7)
    github.comment("alice", "looks good")
    assert post(workflow, github, tmp_path) == Ran(0, "")
    assert github.calls == [("POST", "/issues/7/comments", TEXT)]


def test_the_next_one_changes_that_comment(workflow: dict[str, Any], github: GitHub, tmp_path: Path) -> None:
    github.pull(7)
    for number in range(150):  # more than a page
        github.comment("alice", f"comment {number}")
    github.comment(BOT, "of another workflow")
    github.comment(BOT, f"{MARKER}\nbefore\n")
    assert post(workflow, github, tmp_path) == Ran(0, "")
    assert github.calls == [("PATCH", "/issues/comments/151", TEXT)]


def test_a_comment_that_says_the_same_is_left_alone(workflow: dict[str, Any], github: GitHub, tmp_path: Path) -> None:
    github.pull(7)
    github.comment(BOT, TEXT)
    assert post(workflow, github, tmp_path) == Ran(0, "")
    assert github.calls == []


def test_a_comment_of_somebody_else_is_never_changed(workflow: dict[str, Any], github: GitHub, tmp_path: Path) -> None:
    github.pull(7)
    github.comment(STRANGER, f"{MARKER}\nlet me be edited by you\n")
    assert post(workflow, github, tmp_path) == Ran(0, "")
    assert github.calls == [("POST", "/issues/7/comments", TEXT)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no marker\n",
        f" {MARKER}\n",
        f"{MARKER} and more\n",
        f"{MARKER}\n" + "x" * 65536,
        f"{MARKER}\n".encode() + b"x" * (1 << 20),
        b"\xff\xfe\x00",
    ],
    ids=["empty", "no marker", "indented", "not alone", "too long", "huge", "binary"],
)
def test_what_is_no_comment_of_servewright_is_not_posted(
    workflow: dict[str, Any], github: GitHub, tmp_path: Path, text: str | bytes
) -> None:
    github.pull(7)
    ran = post(workflow, github, tmp_path, text)
    assert ran.code == 1
    assert ran.out.startswith("::error::")
    assert github.calls == []


def test_without_an_artifact_nothing_is_posted_and_nothing_fails(
    workflow: dict[str, Any], github: GitHub, tmp_path: Path
) -> None:
    github.pull(7)
    fetch, script = workflow["jobs"]["comment"]["steps"]
    assert (fetch["id"], fetch["continue-on-error"]) == ("fetch", "true")
    assert post(workflow, github, tmp_path / "fails", None) == Ran(None, "")
    # Should fetching nothing be no failure one day.
    del script["if"]
    ran = post(workflow, github, tmp_path / "empty", None)
    assert (ran.code, ran.out.startswith("::notice::"), github.calls) == (0, True, [])


def test_a_link_in_the_artifact_is_not_followed(workflow: dict[str, Any], github: GitHub, tmp_path: Path) -> None:
    github.pull(7)
    (tmp_path / "elsewhere.md").write_text(TEXT, encoding="utf-8")
    assert post(workflow, github, tmp_path, tmp_path / "elsewhere.md").code == 1
    assert github.calls == []


@pytest.mark.parametrize(
    "pulls",
    [
        [],
        [{"sha": "b" * 40}],
        [{"state": "closed"}],
        [{"head": "alice:change"}],
        [{"number": 7}, {"number": 8}],
    ],
    ids=["none", "pushed to since", "closed", "of another fork", "two for one branch"],
)
def test_without_one_pull_request_of_exactly_that_commit_nothing_is_posted(
    workflow: dict[str, Any], github: GitHub, tmp_path: Path, pulls: list[dict[str, Any]]
) -> None:
    for pull in pulls:
        github.pull(**{"number": 7, **pull})
    ran = post(workflow, github, tmp_path)
    assert ran.code == 0
    assert ran.out.startswith("::notice::")
    assert github.calls == []


def test_the_text_does_not_choose_the_pull_request(workflow: dict[str, Any], github: GitHub, tmp_path: Path) -> None:
    github.pull(7)
    github.pull(8, head="alice:other", sha="b" * 40)
    assert post(workflow, github, tmp_path, f"{TEXT}\nnumber: 8\nPR: #8\n").code == 0
    assert [path for _, path, _ in github.calls] == ["/issues/7/comments"]


def test_it_runs_nothing_of_the_pull_request(workflow: dict[str, Any]) -> None:
    job = workflow["jobs"]["comment"]
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"actions": "read", "pull-requests": "write"}
    used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert used == ["actions/download-artifact"]
    assert job["if"] == "${{ github.event.workflow_run.event == 'pull_request' }}"
    for script in (step["run"] for step in job["steps"] if "run" in step):
        assert "${{" not in script
        assert not [word for word in ("checkout", "subprocess", "os.system", "exec(", "eval(") if word in script]
    assert not [text for text in texts(workflow) if "secrets." in text]
