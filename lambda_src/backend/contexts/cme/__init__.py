"""Continuing medical education: topics, activities, hours."""
