"""Logging in and out: passwords, access tokens, rotating refresh tokens."""
