"""A simulation of CloudWatch: incidents played against the alarms of a synthesized template.

Pure: nothing here asks the network, prints or exits. What AWS documents is computed as it is
documented; what AWS does not document is an assumption with a name, in `assumptions.py`.
"""
