"""Which of a deployment's resources are accelerators."""

from __future__ import annotations

from collections.abc import Iterable

from servewright.catalog.hardware_profile import HardwareProfile

# Resource names of device plugins. A profile says so itself, by the type of its identifiers; resources without a
# profile, and identifiers without a type, are known by name.
_NAMES = frozenset(
    {
        "nvidia.com/gpu",
        "nvidia.com/gpu.shared",
        "amd.com/gpu",
        "intel.com/gpu",
        "gpu.intel.com/i915",
        "gpu.intel.com/xe",
        "habana.ai/gaudi",
        "ibm.com/spyre_pf",
        "ibm.com/spyre_vf",
        "google.com/tpu",
        "rebellions.ai/ATOM",
    }
)
_MIG = "nvidia.com/mig-"


def accelerators_of(resources: Iterable[str], profile: HardwareProfile | None) -> frozenset[str]:
    """The accelerators among the names of ``resources``, and those of the profile."""
    identifiers = profile.identifiers if profile else ()
    typed = {item.name for item in identifiers if item.resource_type == "Accelerator"}
    names = {*resources, *(item.name for item in identifiers)}
    return frozenset(typed | {name for name in names if name in _NAMES or name.startswith(_MIG)})
