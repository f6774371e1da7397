"""Tells people and their systems what changed: plans messages, writes them, sends them."""
