"""Licences, certifications and registrations of providers, with their expiry."""
