"""What reports starts that fail, as they happen; boto3 alone, packaged as it is."""
