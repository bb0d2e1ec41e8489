"""Places in reports that are read outside of the Project's folder."""

from __future__ import annotations

from servewright.change.model import Reported
from servewright.diagnostics.checkout import in_checkout


def reported_in_checkout(reported: Reported, folder: str) -> Reported:
    """The report with paths from the root of the Git repository, in which the Project is in ``folder``."""
    return reported._replace(
        consequences={key: tuple(in_checkout(own, folder)) for key, own in reported.consequences.items()},
        others=tuple(in_checkout(reported.others, folder)),
    )
