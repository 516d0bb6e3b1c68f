"""What a repository says twice: files are read, never imported or run.

`files` lists them, `readers` take statements out of each kind (a command, a variable, a pinned
requirement …), `judges` look for statements that are made twice or that contradict each other.
"""
