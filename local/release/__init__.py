"""A release rehearsed on this machine: a bad version gets no traffic, a good one takes it over."""
