"""CodeDeploy's hooks: a version gets traffic only when it answers the probes where it will run.

boto3 and `probes` alone, so that the folder can be packaged as it is.
"""
