"""Turns what AWS tells into what a person can act on at night; boto3 alone, packaged as it is."""
