"""The built-in vendor web: a dozen vendors and their trackers on loopback, for the demo and for the tests."""
