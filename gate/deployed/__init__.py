"""What is deployed, beside what the template declares; one look a file."""
