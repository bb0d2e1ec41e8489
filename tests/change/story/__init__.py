"""The story of a repository, commit by commit; see ``test_story.py``."""
