"""What is measured, part by part: each module has ``measure(place) -> Data`` and ``tables(data) -> str``."""
