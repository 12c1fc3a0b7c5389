"""Slack: alerts as blocks, sent once through the real client. Imports neither the pipeline nor the web."""
