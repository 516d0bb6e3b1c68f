"""Python sources, read and never run: names, imports, applications, variables, routes."""
