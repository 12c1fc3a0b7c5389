"""Matches in, alerts and messages out: pure decisions about what is told, to whom, and beside what."""
