"""The Project document: which release, which folders, which rules."""

from __future__ import annotations

from servewright.diagnostics import codes
from servewright.diagnostics.model import Path, Problems
from servewright.hints import Any
from servewright.model import gitops
from servewright.model.folder import FOLDER
from servewright.model.gitops import GitOps
from servewright.model.image_syntax import HINT, image_problem
from servewright.model.shape import Either, Field, Flag, Items, Record, Table, Text
from servewright.record import NamedTuple

API_VERSION = "servewright.dev/v1alpha1"
FILE = "servewright.yaml"


class Platform(NamedTuple):
    """The release that is compiled for."""

    name: str = "openshift-ai"
    version: str = "3.4"


class Inputs(NamedTuple):
    """Folders below the repository root."""

    catalog: tuple[str, ...] = ("catalog",)
    deployments: tuple[str, ...] = ("deployments",)


class CatalogOptions(NamedTuple):
    """What the catalog starts from."""

    builtin: bool = True


class RuleSetting(NamedTuple):
    """A rule's severity and whether deployments may waive it."""

    severity: str | None = None
    waivable: bool = True


class Credentials(NamedTuple):
    """Values that look like credentials and are known not to be: ``file`` or ``file#field``, with ``*`` for any text."""

    allow: tuple[str, ...] = ()


class ProjectSpec(NamedTuple):
    """``spec`` of a Project."""

    platform: Platform = Platform()
    applications_namespace: str | None = None
    inputs: Inputs = Inputs()
    output: str = "rendered"
    catalog: CatalogOptions = CatalogOptions()
    images: dict[str, str] = {}  # noqa: RUF012 - never changed
    gitops: GitOps = GitOps()
    rules: dict[str, RuleSetting] = {}  # noqa: RUF012 - never changed
    credentials: Credentials = Credentials()


class ProjectMetadata(NamedTuple):
    """``metadata`` of a Project."""

    name: str = ""


class Project(NamedTuple):
    """servewright.yaml."""

    metadata: ProjectMetadata = ProjectMetadata()
    spec: ProjectSpec = ProjectSpec()


SEVERITIES = ("error", "warning", "info", "off")


class _RuleSettings(NamedTuple):
    """``spec.rules``: a severity, or a severity and whether it can be waived."""

    noun: str = "a severity (error, warning, info, off) or {severity, waivable}"

    def read(self, value: Any, path: Path, problems: Problems) -> RuleSetting | None:
        """The setting of one rule."""
        rule = codes.BY_CODE.get(str(path[-1])) or codes.BY_SLUG.get(str(path[-1]))
        if rule is None:
            from servewright.diagnostics.suggest import did_you_mean

            near = did_you_mean(str(path[-1]), [*codes.BY_SLUG, *codes.BY_CODE])
            problems.add(
                codes.RULE_UNKNOWN,
                "there is no rule of this name",
                path,
                on="key",
                help=f"did you mean `{near}`?" if near else "write a rule's slug or code, as it is shown in messages",
            )
            return None
        if rule.fixed:
            problems.add(
                codes.RULE_UNKNOWN,
                f"`{rule.slug}` cannot be configured: the output would not work",
                path,
                on="key",
                help="remove the line",
            )
            return None
        siblings: Any = problems.document.data
        for key in path[:-1]:
            siblings = siblings[key]
        same = [key for key in siblings if key in (rule.code, rule.slug)]
        if same[0] != path[-1]:
            problems.add(
                codes.DUPLICATE_ENTRY,
                f"`{path[-1]}` and `{same[0]}` are one rule",
                path,
                on="key",
                help=f"write one entry for both, like `{rule.slug}: {{severity: error, waivable: false}}`",
            )
            return None
        setting: RuleSetting | None = _SETTING_FORMS.read(value, path, problems)
        return setting

    def json_schema(self) -> dict[str, Any]:
        """Either form."""
        return _SETTING_FORMS.json_schema()


_SEVERITY = Text("a severity", SEVERITIES)
_SETTING_FORMS = Either(
    _SEVERITY,
    Record(RuleSetting, {"severity": Field(_SEVERITY), "waivable": Field(Flag())}),
    _RuleSettings().noun,
    RuleSetting,
)

SPEC = Record(
    ProjectSpec,
    {
        "platform": Field(
            Record(
                Platform,
                {
                    "name": Field(
                        Text("a platform", ("openshift-ai", "open-data-hub", "kserve")),
                        "openshift-ai or open-data-hub (kserve is planned)",
                    ),
                    "version": Field(Text("a version"), 'the release, quoted: "3.3", "3.4", "3.5" or "3.6"'),
                },
            ),
            "the release that is compiled for; default openshift-ai 3.4",
        ),
        "applicationsNamespace": Field(
            Text("a namespace"), "where the platform's profiles and templates are; default per platform"
        ),
        "inputs": Field(
            Record(
                Inputs,
                {
                    "catalog": Field(Items(FOLDER), "default [catalog]"),
                    "deployments": Field(Items(FOLDER), "default [deployments]"),
                },
            ),
            "input folders",
        ),
        "output": Field(FOLDER, "output folder; default rendered"),
        "catalog": Field(
            Record(CatalogOptions, {"builtin": Field(Flag(), "false: no built-in runtime templates")}),
            "catalog options",
        ),
        "images": Field(
            Table(Text("an image reference", problem=image_problem, hint=HINT)),
            "image parameters of built-in templates",
        ),
        "gitops": Field(gitops.SHAPE, "the engine that syncs the tree, and what `servewright gitops` writes for it"),
        "rules": Field(Table(_RuleSettings()), "severity of rules by slug or code"),
        "credentials": Field(
            Record(
                Credentials,
                {"allow": Field(Items(Text("a place")), "places like deployments/a.yaml#spec.env[0].value")},
            ),
            "values that look like credentials and are known not to be",
        ),
    },
)

SHAPE = Record(
    Project,
    {
        "apiVersion": Field(Text(choices=(API_VERSION,)), required=True),
        "kind": Field(Text(choices=("Project",)), required=True),
        "metadata": Field(
            Record(ProjectMetadata, {"name": Field(Text("a name"), "the repository's name", required=True)}),
            required=True,
        ),
        "spec": Field(SPEC),
    },
)


def _build(api_version: str = "", kind: str = "", **fields: Any) -> Project:
    """A Project from read fields; apiVersion and kind have done their work."""
    return Project(**fields)


SHAPE.build = _build
