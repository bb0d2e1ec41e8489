"""The types of the inputs, and the units they are written in."""
