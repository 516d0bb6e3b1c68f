"""The application under the name that tools look for.

There is one application, in `lazy_app`. Building a second one here, for development say, would
let the two drift apart, and nobody would notice before production does.
"""

from lazy_app import app

__all__ = ["app"]
