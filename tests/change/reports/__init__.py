"""The reports of a change."""
