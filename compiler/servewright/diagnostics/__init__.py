"""What is wrong, where, why it matters and what to write instead: as data."""
