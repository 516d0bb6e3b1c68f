"""What all sections of a stage file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A frozen section of a stage file that accepts no key it does not know."""

    # Strict: "1024" is no number. TOML knows types, so a wrong one is a slip.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
