"""Checks over what was compiled."""
