"""Every model module, imported: what SQLAlchemy and Alembic know is what stands here.

Relationships name classes of other contexts by string, so each of these modules must be imported
before the first query, whichever router runs it. `__all__` keeps a linter's clean-up from taking
an "unused" import away.
"""

from contexts.auth import models as auth_models
from contexts.cme import models as cme_models
from contexts.credentials import models as credentials_models
from contexts.providers import models as providers_models
from contexts.users import models as users_models

__all__ = [
    "auth_models",
    "cme_models",
    "credentials_models",
    "providers_models",
    "users_models",
]
