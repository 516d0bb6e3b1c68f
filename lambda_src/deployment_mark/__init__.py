"""Marks deployments in the graphs; boto3 alone, packaged as it is."""
