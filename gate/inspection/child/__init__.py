"""What runs in the child interpreter, beside the code that is judged: standard library only.

The parent starts ``__main__.py`` by its path, with a folder that holds ``request.json``; the
answer goes to ``answer.json`` in that folder, never to standard output. Imports in here are
relative, since the package has another name in there: nothing that is judged may meet it.
"""

# The variable by which the parent finds what a child leaves behind: no part of what is judged.
MARK_VARIABLE = "GATE_CHILD_MARK"
