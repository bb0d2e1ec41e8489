"""Another hardware profile, where the spec has selectors or tolerations of its own: they are lost for one sync."""

from __future__ import annotations

from collections.abc import Iterator

from servewright.change.consequences.addresses import listed
from servewright.change.consequences.subject import Consequence, Subject, runs
from servewright.diagnostics import codes

RULE = codes.PROFILE_SWITCHED


def check(subject: Subject) -> Iterator[Consequence]:
    """Of a model that has a profile before and after, and is not stopped."""
    if subject.both is None or subject.both[0].decisions.runtime.llmd != subject.both[1].decisions.runtime.llmd:
        return
    old, new = (side.decisions.hardware.profile for side in subject.both)
    if (
        old is None
        or new is None
        or not runs(subject.both[1])
        or (old.name, old.namespace) == (new.name, new.namespace)
    ):
        return
    pod = subject.both[1].decisions.deployment.spec.pod
    given = {"tolerations": pod.tolerations, "nodeSelector": pod.node_selector}
    own = [f"`pod.{field}`" for field, value in given.items() if value]
    if own:
        yield Consequence(
            f"{subject.name} restarts twice: admission clears {listed(own)} when the profile goes from `{old.name}` to `{new.name}`, and only a second sync sets {'it' if len(own) == 1 else 'them'} again",
            "put them into the hardware profile; or stop the model first (`stopped: true`), and start it when this is synced",
            spec=("spec", "hardware", "profile"),
        )
