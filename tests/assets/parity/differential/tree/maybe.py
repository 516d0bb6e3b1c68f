try:
    from no_such_package import thing
except ImportError:
    thing = None
try:
    from collections import OrderedDict as Fast
except ImportError:
    Fast = dict
HAS_THING = thing is not None
