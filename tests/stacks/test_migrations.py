"""What a release says of the database: read from the migrations, understood by `gate rollback`."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from gate.deployed import migrations as judging
from gate.deployed import versions
from stacks.migrations import HEAD, LIMIT, MIGRATIONS, SERVED, Schema, read
from stacks.settings import SettingsError, load
from tests.stacks.assembled import Assembled

ADD = 'op.add_column("t", sa.Column("c", sa.Text(), nullable=True))'
DROP = 'op.drop_column("t", "c")'


def write(folder: Path, revision: str, after: object, does: str = ADD, more: str = "") -> None:
    (folder / f"{revision}.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision: str = {revision!r}\ndown_revision = {after!r}\n{more}\n"
        f"def upgrade() -> None:\n    {does}\n\ndef downgrade() -> None:\n    {DROP}\n"
    )


def chain(folder: Path, *does: str | tuple[str, str]) -> None:
    """Migrations 0, 1, 2, … one after the other."""
    for number, one in enumerate(does):
        body, more = one if isinstance(one, tuple) else (one, "")
        write(folder, str(number), str(number - 1) if number else None, body, more)


def test_code_of_any_age_works_where_every_migration_only_adds(tmp_path: Path) -> None:
    chain(tmp_path, ADD, ADD, 'op.create_table("u", sa.Column("id", sa.Uuid(), nullable=False))')
    assert read(tmp_path) == Schema("2", ("2", "1", "0"))


def test_a_migration_that_removes_says_how_old_the_code_may_be(tmp_path: Path) -> None:
    chain(tmp_path, ADD, ADD, (DROP, 'oldest_code = "1"'), ADD)
    assert read(tmp_path) == Schema("3", ("3", "2", "1"))


@pytest.mark.parametrize(
    "does",
    [
        DROP,
        'op.execute("UPDATE t SET c = 1")',
        'op.alter_column("t", "c", nullable=False)',
        'op.create_check_constraint("k", "t", "c > 0")',
        'op.create_index("i", "t", ["c"], unique=True)',
        'op.add_column("t", sa.Column("c", sa.Text(), nullable=False))',
        'op.get_bind().execute(sa.text("DROP TABLE t"))',
        'with op.batch_alter_table("t") as table: table.drop_column("c")',
        "helpers.rename(op)",
        'getattr(op, "drop_column")("t", "c")',
    ],
)
def test_one_that_says_nothing_is_refused(tmp_path: Path, does: str) -> None:
    chain(tmp_path, ADD, does)
    with pytest.raises(SettingsError, match=r'1\.py: op.*say `oldest_code = "REVISION"`'):
        read(tmp_path)


@pytest.mark.parametrize(
    ("imported", "does"),
    [
        ("from alembic import op as o", 'o.drop_column("t", "c")'),
        ("import alembic", 'alembic.op.drop_column("t", "c")'),
        ("import alembic.op", 'alembic.op.drop_column("t", "c")'),
        ("import alembic.op as o", 'o.drop_column("t", "c")'),
        ("from alembic.op import drop_column", 'drop_column("t", "c")'),
    ],
)
def test_however_it_spells_the_operations(tmp_path: Path, imported: str, does: str) -> None:
    chain(tmp_path, ADD, (does, imported))
    with pytest.raises(SettingsError, match=r"1\.py: op\.drop_column: older code"):
        read(tmp_path)


def test_a_new_column_that_fills_itself_is_not_noticed(tmp_path: Path) -> None:
    column = 'sa.Column("c", sa.Text(), nullable=False, server_default="")'
    chain(tmp_path, ADD, f'op.add_column("t", {column})')
    assert read(tmp_path) == Schema("1", ("1", "0"))


def test_branches_that_were_merged(tmp_path: Path) -> None:
    write(tmp_path, "a", None)
    write(tmp_path, "b", "a")
    write(tmp_path, "c", "a", DROP, 'oldest_code = "a"')
    write(tmp_path, "d", ("b", "c"))
    assert read(tmp_path) == Schema("d", ("d", "b", "c", "a"))


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("a", None), ("b", None), "not one newest migration (a, b)"),
        (("a", None), ("b", "gone"), "no migration has the revision 'gone'"),
        (("a", "b"), ("b", "a"), "not one newest migration (none)"),
    ],
)
def test_what_is_no_history_is_one_line(
    tmp_path: Path, first: tuple[str, object], second: tuple[str, object], words: str
) -> None:
    write(tmp_path, *first)
    write(tmp_path, *second)
    with pytest.raises(SettingsError) as raised:
        load("prod", migrations=tmp_path)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["def (", "revision = name()\n", ""])
def test_a_file_that_is_no_migration_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "0001_x.py").write_text(text)
    with pytest.raises(SettingsError, match=r"0001_x\.py: "):
        read(tmp_path)


def test_a_backend_without_migrations_says_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") is None
    assert load("prod", migrations=tmp_path).expects is None


def test_they_fit_into_a_functions_variables_however_many_there_are(tmp_path: Path) -> None:
    chain(tmp_path, *[ADD] * (2 * LIMIT))
    schema = read(tmp_path)
    assert schema is not None
    assert schema.served[0] == schema.head == str(2 * LIMIT - 1)
    assert len(schema.served) == LIMIT


def test_it_reads_what_alembic_reads() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS.parent))
    scripts = ScriptDirectory.from_config(config)
    schema = read()
    assert schema is not None
    assert schema.head == scripts.get_current_head()
    assert set(schema.served) <= {one.revision for one in scripts.walk_revisions()}


def test_every_version_says_it_and_the_gate_understands_it(any_stage: Assembled) -> None:
    assert (HEAD, SERVED) == (versions.HEAD, versions.SERVED)
    schema = read()
    assert schema is not None
    backend = any_stage.one(
        "AWS::Lambda::Function", FunctionName=any_stage.settings.name("backend")
    )
    said = backend["Environment"]["Variables"]
    assert said[HEAD] == schema.head
    assert said[SERVED].split() == list(schema.served)


def version(number: str, schema: Schema) -> versions.Version:
    """A version as `gate rollback` reads it from its variables."""
    said = schema.variables
    served = frozenset(said[versions.SERVED].split())
    return versions.Version(number, "", "", migration=said[versions.HEAD], served=served)


def test_the_gate_goes_back_as_far_as_the_migrations_say(tmp_path: Path) -> None:
    chain(tmp_path, ADD, ADD, (DROP, 'oldest_code = "1"'))
    newest = read(tmp_path)
    assert newest is not None
    for migration, refused in (("0", True), ("1", False), ("2", False)):
        past = version("7", Schema(migration, (migration,)))
        refusal, warning = judging.judge(past, version("9", newest))
        assert (refusal is not None) is refused
        assert warning == ""
