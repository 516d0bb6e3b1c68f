from __future__ import annotations

from pathlib import Path

import pytest

from gate.checks.models import Target, check
from gate.inspection.runner import Interpreter
from gate.report import CannotLook
from tests.gate.planting import Plant

BASE = """
    from sqlalchemy.orm import DeclarativeBase
    class Base(DeclarativeBase): ...
"""
COLUMNS = """
    from base import Base
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import Mapped, mapped_column, relationship
"""
AUTHOR = f"""
    {COLUMNS}
    class Author(Base):
        __tablename__ = "authors"
        id: Mapped[int] = mapped_column(primary_key=True)
        books: Mapped[list["Book"]] = relationship("Book", back_populates="author")
        prizes: Mapped[list["Prize"]] = relationship("Prize")
"""
BOOK = f"""
    {COLUMNS}
    class Book(Base):
        __tablename__ = "books"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
        author: Mapped["Author"] = relationship("Author", back_populates="books")
"""
PRIZE = f"""
    {COLUMNS}
    class Prize(Base):
        __tablename__ = "prizes"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
"""
TREE = {
    "base.py": BASE,
    "contexts/authors/models.py": AUTHOR,
    "contexts/books/models.py": BOOK,
    "contexts/prizes/models.py": PRIZE,
}
ALL = "import contexts.authors.models, contexts.books.models, contexts.prizes.models\n"


def target(root: Path, **options: object) -> Target:
    given: dict[str, object] = {"entry": "lazy_app", "globs": ("contexts/*/models.py",), **options}
    return Target(Interpreter(root), **given)  # type: ignore[arg-type]  # a table of options


def test_models_that_are_all_imported_pass(plant: Plant) -> None:
    report = check(target(plant({**TREE, "lazy_app.py": ALL})))
    assert report.findings == ()
    assert report.notes == ("lazy_app maps 3 classes, and every relationship finds its target",)


def test_every_missing_target_is_named_with_its_module_and_import(plant: Plant) -> None:
    root = plant({**TREE, "lazy_app.py": "import contexts.authors.models\n"})
    findings = check(target(root)).findings
    assert [finding.rule for finding in findings] == ["models.unresolved"] * 2
    books, prizes = findings
    assert books.message == (
        "lazy_app never imports Book, which the relationship Author.books names; "
        "contexts.books.models defines it"
    )
    assert books.fix == "add to lazy_app.py: from contexts.books.models import Book"
    assert [
        (Path(place.path).relative_to(root).as_posix(), place.line) for place in books.places
    ] == [
        ("contexts/authors/models.py", 10),
        ("contexts/books/models.py", 7),
        ("lazy_app.py", None),
    ]
    assert "from contexts.prizes.models import Prize" in prizes.fix


def test_a_target_that_nothing_defines(plant: Plant) -> None:
    author = AUTHOR.replace('"Prize"', '"Trophy"')
    root = plant({**TREE, "contexts/authors/models.py": author, "lazy_app.py": ALL})
    (finding,) = check(target(root)).findings
    assert finding.message.endswith("which the relationship Author.prizes names")
    assert finding.fix.startswith("no class Trophy is defined below ")


def test_a_module_that_is_never_imported(plant: Plant) -> None:
    extra = PRIZE.replace("Prize", "Extra").replace("prizes", "extras")
    tree = {**TREE, "contexts/extra/models.py": extra, "lazy_app.py": ALL}
    root = plant(tree)
    (finding,) = check(target(root)).findings
    assert finding.rule == "models.not-imported"
    assert finding.message == "lazy_app never imports the models of contexts.extra.models"
    assert finding.fix.startswith("add to lazy_app.py: import contexts.extra.models")
    assert check(target(root, allow=("contexts.extra.*",))).findings == ()


def test_a_module_without_classes_need_not_be_imported(plant: Plant) -> None:
    root = plant({**TREE, "contexts/empty/models.py": '"""None."""\n', "lazy_app.py": ALL})
    assert check(target(root)).findings == ()


def test_an_entry_point_that_imports_no_model_at_all(plant: Plant) -> None:
    root = plant({**TREE, "lazy_app.py": f"def load():\n    {ALL}"})
    (finding,) = check(target(root)).findings
    assert finding.rule == "models.none"
    assert "there are 3 model modules" in finding.message
    assert check(target(root, prepare="lazy_app:load")).findings == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("back_populates", 'back_populates="author"', 'back_populates="writer"', "writer"),
        ("foreign key", 'ForeignKey("authors.id")', 'ForeignKey("writers.id")', "Author.books"),
        ("join", '"Book", back', '"Book", primaryjoin="nonsense", back', "nonsense"),
    ],
)
def test_mappers_that_do_not_configure_for_another_reason(
    name: str, old: str, new: str, said: str, plant: Plant
) -> None:
    del name
    tree = {path: source.replace(old, new) for path, source in TREE.items()}
    findings = check(target(plant({**tree, "lazy_app.py": ALL}))).findings
    assert [finding.rule for finding in findings] == ["models.mapper"]
    assert said in findings[0].message


def test_an_error_inside_a_model_module_is_found_where_it_is(plant: Plant) -> None:
    root = plant({**TREE, "contexts/books/models.py": "\n1 / 0\n", "lazy_app.py": ALL})
    (finding,) = check(target(root)).findings
    assert finding.rule == "models.import-failed"
    assert "ZeroDivisionError" in finding.message
    assert (Path(finding.places[0].path).parent.name, finding.places[0].line) == ("books", 2)


def test_an_error_in_what_loads_the_models_is_found(plant: Plant) -> None:
    root = plant({**TREE, "lazy_app.py": "def load():\n    raise KeyError('x')\n"})
    (finding,) = check(target(root, prepare="lazy_app:load")).findings
    assert finding.rule == "models.prepare-failed"
    assert "KeyError: 'x'" in finding.message


def test_several_bases_are_all_looked_at(plant: Plant) -> None:
    other = PRIZE.replace("from base import Base", "from base import Other as Base")
    lonely = AUTHOR.replace("from base import Base", "from base import Other as Base")
    root = plant(
        {
            **TREE,
            "base.py": f"{BASE}    class Other(DeclarativeBase): ...\n",
            "contexts/authors/models.py": lonely.replace(
                '"Book", back_populates="author"', '"Prize"'
            ),
            "contexts/books/models.py": "",
            "contexts/prizes/models.py": other,
            "lazy_app.py": "import contexts.authors.models\n",
        }
    )
    findings = check(target(root)).findings
    assert {finding.rule for finding in findings} == {"models.unresolved"}
    assert len(findings) == 2


@pytest.mark.parametrize(
    "style",
    [
        'registry = __import__("sqlalchemy.orm").orm.registry()\nBase = registry.generate_base()\n',
        "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n",
        "from sqlalchemy.orm import DeclarativeBaseNoMeta as Plain\nclass Base(Plain): ...\n",
    ],
)
def test_any_declarative_base(style: str, plant: Plant) -> None:
    root = plant({**TREE, "base.py": style, "lazy_app.py": "import contexts.authors.models\n"})
    assert {finding.rule for finding in check(target(root)).findings} == {"models.unresolved"}


def test_targets_that_only_annotations_name(plant: Plant) -> None:
    author = AUTHOR.replace('relationship("Prize")', "relationship()")
    tree = {**TREE, "contexts/authors/models.py": author}
    root = plant({**tree, "lazy_app.py": "import contexts.authors.models, contexts.books.models\n"})
    (finding,) = check(target(root)).findings
    assert "Author.prizes" in finding.message


def test_nothing_to_look_at_is_no_pass(plant: Plant) -> None:
    root = plant({"lazy_app.py": ""})
    with pytest.raises(CannotLook, match=r"maps no class, and no file below .* matches contexts"):
        check(target(root))


def test_without_sqlalchemy_it_cannot_look(plant: Plant, tmp_path: Path) -> None:
    import venv  # noqa: PLC0415 - only here

    venv.create(tmp_path / "bare", symlinks=True)
    root = plant({**TREE, "lazy_app.py": ALL})
    bare = Interpreter(root, python=str(tmp_path / "bare/bin/python"))
    with pytest.raises(CannotLook, match="SQLAlchemy is not installed"):
        check(Target(bare, entry="lazy_app", globs=("contexts/*/models.py",)))
