"""A private container engine for `make local ENGINE=docker`: the image for real, on loopback."""
