"""What a change of the repository does: two compilations in, objects, fields and consequences out."""
