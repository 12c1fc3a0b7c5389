"""What counts as a hit. Pure: text in, matches out."""
