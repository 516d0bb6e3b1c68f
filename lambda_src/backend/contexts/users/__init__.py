"""Who may use the system, and their profiles."""
