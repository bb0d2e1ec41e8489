"""Changes: real Git repositories, whatever the configuration of the user who runs the tests."""
