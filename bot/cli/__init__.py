"""The command line: a file a command, each printing for people or one JSON object a line."""
