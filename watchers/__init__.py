"""Where documents come from: one source in, `Document`s out; no database, no Slack, no rules."""
