"""Where an image comes from, said beside it: SLSA provenance, as an artifact of its registry."""
