"""The business, one context a folder; a context knows `shared` and no other context."""
