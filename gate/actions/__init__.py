"""What the gate does, one action a file: it changes something in AWS.

A module offers what a check's module offers; its ``check`` asks first, acts, and reports.
"""
