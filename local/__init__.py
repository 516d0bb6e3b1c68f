"""The embedded default: the whole road on one machine, by one command."""
