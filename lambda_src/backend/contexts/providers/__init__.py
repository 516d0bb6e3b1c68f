"""The clinicians whose credentials and education are kept."""
