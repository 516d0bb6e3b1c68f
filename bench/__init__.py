"""What the gate costs, as ratios to the bare work that it cannot do without: `make bench`."""
