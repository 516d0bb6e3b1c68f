"""The notations that other people's files are written in, with the standard library alone."""
