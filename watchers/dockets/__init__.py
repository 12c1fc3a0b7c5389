"""Court dockets: a file for each way in."""
