"""Hardware: the profile, the final resources per key, and where the pods may run.

What admission would inject (odh-model-controller, internal/webhook/serving/hardwareprofile) is done here, so that it
finds nothing left to change; what it does not check (ranges, limits below requests) is checked here.
"""

from __future__ import annotations

from servewright.catalog.hardware_profile import HardwareProfile
from servewright.diagnostics import codes
from servewright.diagnostics.model import Document, Note, Path, Problems, Where
from servewright.hints import Any
from servewright.model.deployment import ModelDeployment, Pod, ProfileReference, Resources
from servewright.model.omit_empty import omit_empty
from servewright.resolve.context import Context
from servewright.resolve.decisions import HardwareChoice
from servewright.resolve.resources import final_resources

_PROFILE_PATH: Path = ("spec", "hardware", "profile")
_RESOURCES_PATH = ("spec", "hardware", "resources")
_PREFILL_PATH = ("spec", "llmd", "prefill", "resources")


def decide_hardware(deployment: ModelDeployment, context: Context, problems: Problems) -> HardwareChoice | None:
    """Resources, and scheduling as the profile wants it; None when it is not there or the numbers do not fit (reported)."""
    hardware = deployment.spec.hardware
    profile = None
    if hardware.profile is not None:
        profile = _find_profile(hardware.profile, deployment.metadata.namespace, context, problems)
        if profile is None:
            return None
    before = len(problems.findings)
    requests, limits = final_resources(hardware.resources, profile, _RESOURCES_PATH, problems)
    prefill = deployment.spec.llmd.prefill if deployment.spec.llmd else None
    prefill_resources = None
    if prefill is not None and prefill.resources is not None:
        # What is wrong with the main workload's numbers has been said, where they are written.
        inherited = hardware.resources if len(problems.findings) == before else None
        prefill_resources = final_resources(_over(inherited, prefill.resources), profile, _PREFILL_PATH, problems)
    if any(finding.rule.severity == "error" for finding in problems.findings[before:]):
        return None
    scheduled = profile is not None and profile.queue is None
    return HardwareChoice(
        profile,
        requests,
        limits,
        profile.node_selector if profile and scheduled else {},
        tuple(omit_empty(item, "Toleration") for item in profile.tolerations) if profile and scheduled else (),
        profile.queue if profile else None,
        prefill_resources,
        tuple(_reasons(profile, hardware.resources)),
    )


def profile_path(document: Document) -> Path:
    """Where the profile's name is written: in the short form, or in the long form."""
    hardware: Any = document.data["spec"]
    for key in _PROFILE_PATH[1:]:
        hardware = hardware.get(key) if isinstance(hardware, dict) else None
    return (*_PROFILE_PATH, "name") if isinstance(hardware, dict) else _PROFILE_PATH


def _find_profile(
    reference: ProfileReference, namespace: str, context: Context, problems: Problems
) -> HardwareProfile | None:
    places = (reference.namespace,) if reference.namespace else (namespace, context.applications_namespace)
    for place in places:
        profile = context.catalog.profiles.get((place, reference.name))
        if profile is not None:
            _check_offered(profile, problems)
            return profile
        if (findings := context.catalog.unusable.get(("profiles", (place, reference.name)))) is not None:
            problems.findings += findings
            return None
    from servewright.diagnostics.suggest import did_you_mean

    known = sorted({name for place, name in context.catalog.profiles if place in places or not reference.namespace})
    near = did_you_mean(reference.name, known)
    where = " or ".join(f"`{place}`" for place in dict.fromkeys(places))
    elsewhere = sorted(place for place, name in context.catalog.profiles if name == reference.name)
    if near:
        help_text = f"did you mean `{near}`?"
    elif elsewhere:
        help_text = f"write `profile: {{name: {reference.name}, namespace: {elsewhere[0]}}}`"
    else:
        help_text = (
            "the catalog has " + ", ".join(f"`{name}`" for name in known)
            if known
            else "add the HardwareProfile to the catalog"
        )
    problems.add(
        codes.PROFILE_UNKNOWN,
        f"there is no hardware profile `{reference.name}` in {where}",
        profile_path(problems.document),
        help=help_text,
    )
    return None


def _check_offered(profile: HardwareProfile, problems: Problems) -> None:
    if profile.not_offered:
        problems.add(
            codes.PROFILE_NOT_OFFERED,
            f"the wizard does not offer the profile `{profile.name}`: {' and '.join(profile.not_offered)}",
            profile_path(problems.document),
            help="choose another profile, or ask its owner to offer this one",
            notes=(Note("the profile", profile.where),),
        )
    if profile.priority_class:
        problems.add(
            codes.QUEUE_PRIORITY_IGNORED,
            f"the priority class `{profile.priority_class}` of the profile `{profile.name}` has no effect on models",
            profile_path(problems.document),
            help=f"if the models need a priority, write `pod: {{priorityClassName: {profile.priority_class}}}` or another PriorityClass",
            notes=(Note("the profile", profile.where),),
        )


def _over(main: Resources | None, own: Resources) -> Resources:
    """The prefill workload's resources: its own, and for keys that it does not name, the main workload's."""
    main = main or Resources()
    named = own.requests.keys() | own.limits.keys()
    requests, limits = (
        {**{name: text for name, text in theirs.items() if name not in named}, **ours}
        for theirs, ours in ((main.requests, own.requests), (main.limits, own.limits))
    )
    return Resources(requests, limits)


def with_pod(choice: HardwareChoice, pod: Pod, problems: Problems) -> HardwareChoice:
    """The choice with the pod's own node selector (the profile wins) and tolerations (the profile's come first)."""
    profile = choice.profile
    if profile is not None and profile.queue is None:
        for key, value in pod.node_selector.items():
            if profile.node_selector.get(key, value) != value:
                theirs = profile.node_selector[key]
                what = f"to `{theirs}`" if theirs else "to an empty value"
                problems.add(
                    codes.NODE_SELECTOR_OVERRIDDEN,
                    f"the profile `{profile.name}` sets the node selector `{key}` {what}, and wins",
                    ("spec", "pod", "nodeSelector", key),
                    help="remove the line, or choose another profile",
                    notes=(Note("the profile", Where(profile.where.document, ("spec", "scheduling"))),),
                )
    own = [omit_empty(toleration, "Toleration") for toleration in pod.tolerations]
    known = [_toleration_key(toleration) for toleration in choice.tolerations]
    return choice._replace(
        node_selector={**pod.node_selector, **choice.node_selector},
        tolerations=(*choice.tolerations, *(item for item in own if _toleration_key(item) not in known)),
    )


def _toleration_key(toleration: dict[str, Any]) -> tuple[object, ...]:
    return tuple(toleration.get(field) for field in ("key", "operator", "value", "effect", "tolerationSeconds"))


def _reasons(profile: HardwareProfile | None, wanted: Resources | None) -> list[str]:
    reasons = []
    if profile is not None:
        reasons.append(f"the profile `{profile.name}` of `{profile.namespace}`")
        if profile.queue:
            reasons.append(f"it queues in `{profile.queue}`, so its nodes are chosen by Kueue")
    for side, table in (("request", wanted.requests), ("limit", wanted.limits)) if wanted else ():
        reasons += [f"the {side} of `{name}` is set to `{text}`" for name, text in table.items()]
    return reasons
