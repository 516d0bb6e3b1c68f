_made = {}


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _made.setdefault(name, len(_made) + 1)
