"""The infrastructure of one stage, as AWS CDK stacks."""
