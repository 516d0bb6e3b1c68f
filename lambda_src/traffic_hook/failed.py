"""Why a version gets no traffic."""

from __future__ import annotations


class Failed(Exception):  # noqa: N818 - the name is CodeDeploy's own word for it
    """The version is not right, or it cannot be told; one line without any secret."""
