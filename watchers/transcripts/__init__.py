"""Earnings calls: a file for each provider."""
