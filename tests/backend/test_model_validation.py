from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.model_validation import validate_models
from tests.backend.support import BACKEND, copied_backend, edit, run_in

VALIDATE = "import models; from shared.model_validation import validate_models; validate_models()"


def failure(root: Path) -> str:
    """What validation says about a tree that must not pass."""
    done = run_in(root, VALIDATE)
    assert done.returncode != 0
    assert "ModelError" in done.stderr
    return done.stderr.strip().splitlines()[-1]


def line_of(root: Path, file: str, text: str) -> int:
    lines = (root / file).read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(text))


def test_the_models_fit() -> None:
    validate_models()
    assert run_in(BACKEND, VALIDATE).returncode == 0


def test_a_model_that_is_not_imported_is_named_with_the_line_to_add(tmp_path: Path) -> None:
    """The incident: a relationship names a class whose module nobody imported."""
    root = copied_backend(tmp_path)
    edit(root / "models.py", "from contexts.cme import models as cme_models\n", "")
    edit(root / "models.py", '    "cme_models",\n', "")
    line = line_of(root, "contexts/cme/models.py", "class CMEActivity")
    said = failure(root)
    assert "Provider.cme_activities names CMEActivity, which no imported module defines" in said
    assert f"contexts/cme/models.py:{line} defines it" in said
    advice = re.search(r'add "(.+)" to models.py', said)
    assert advice is not None
    # Following the advice mends it.
    edit(root / "models.py", "from contexts.auth", f"{advice[1]}\nfrom contexts.auth")
    assert run_in(root, VALIDATE).returncode == 0


def test_a_login_says_so_before_any_router_is_included(tmp_path: Path) -> None:
    root = copied_backend(tmp_path)
    edit(root / "models.py", "from contexts.cme import models as cme_models\n", "")
    edit(root / "models.py", '    "cme_models",\n', "")
    program = (
        "from fastapi.testclient import TestClient; from lazy_app import app;"
        "client = TestClient(app); before = len(app.routes);"
        "login = client.post('/api/v1/auth/login', json={}); ready = client.get('/ready');"
        "print('ANSWER', login.status_code, len(app.routes) - before, ready.status_code)"
    )
    done = run_in(root, program)
    assert "ANSWER 500 0 503" in done.stdout
    assert 'add \\"from contexts.cme import models as cme_models\\" to models.py' in done.stdout


def test_a_name_that_is_nowhere_is_said(tmp_path: Path) -> None:
    root = copied_backend(tmp_path)
    models = root / "contexts/providers/models.py"
    edit(models, "Mapped[list[CMEActivity]]", "Mapped[list[CMEActivty]]")
    said = failure(root)
    assert "Provider.cme_activities names CMEActivty" in said
    assert "no file of the source tree defines it" in said


def test_a_table_that_is_not_imported_is_found(tmp_path: Path) -> None:
    root = copied_backend(tmp_path)
    edit(root / "contexts/cme/models.py", "secondary=activity_topics", 'secondary="links"')
    (root / "contexts/cme/links.py").write_text(
        "from sqlalchemy import Column, Table\nfrom shared.database import Base\n\n"
        'links = Table("links", Base.metadata, Column("a"))\n'
    )
    said = failure(root)
    assert "names links" in said
    assert "contexts/cme/links.py:4 defines it" in said
    assert 'add "from contexts.cme import links as cme_links" to models.py' in said


def test_other_mistakes_are_passed_on(tmp_path: Path) -> None:
    root = copied_backend(tmp_path)
    edit(root / "contexts/cme/models.py", 'back_populates="cme_activities"', 'back_populates="cme"')
    said = failure(root)
    assert "the mappers do not configure" in said
    assert "has no property 'cme'" in said


def test_a_file_that_does_not_parse_does_not_hide_the_answer(tmp_path: Path) -> None:
    root = copied_backend(tmp_path)
    edit(root / "models.py", "from contexts.cme import models as cme_models\n", "")
    edit(root / "models.py", '    "cme_models",\n', "")
    (root / "contexts/auth/broken.py").write_text("def\n")
    assert "contexts/cme/models.py" in failure(root)


@pytest.mark.parametrize("name", ["cme", "auth"])
def test_a_linter_keeps_the_imports(name: str) -> None:
    """`__all__` marks them as used."""
    assert f'"{name}_models"' in (BACKEND / "models.py").read_text()
