"""What a change of the repository does."""
