from __future__ import annotations

import pytest

from tests.gate.auditing import Trap, hold
from tests.gate.planting import Plant

UNSET, UNREAD = "variable.unset", "variable.unread"
APP = "from fastapi import FastAPI\nimport settings\napp = FastAPI()\n"
FILLED = "services:\n  x:\n    build: .\n    environment:\n      NAME: ${NAME}\n"
COMPOSE = "services: {{api: {{build: ., environment: {{{variables}}}}}}}\n"


def tree(settings: str, *variables: str, **more: str) -> dict[str, str]:
    """An application whose settings module is given, and a compose file that sets variables."""
    inline = ", ".join(f"{name}: x" for name in variables)
    compose = COMPOSE.format(variables=inline)
    return {"app.py": APP, "settings.py": settings, "compose.yaml": compose, **more}


# Each reads NAME, and has no value for it of its own.
READS = {
    "subscript": "import os\nX = os.environ['NAME']\n",
    "get": "import os\nX = os.environ.get('NAME')\n",
    "an empty default": "import os\nX = os.environ.get('NAME', '')\n",
    "getenv": "from os import getenv as g\nX = g('NAME')\n",
    "an alias": "from os import environ as e\nY = e\nX = Y['NAME']\n",
    "a parameter": """
        import os
        from collections.abc import Mapping
        def read(environment: Mapping[str, str]): return environment['NAME']
        def settings(): return read(os.environ)
    """,
    "a parameter with a default": "import os\ndef f(*, env=os.environ): return env.get('NAME')\n",
    "a setting of pydantic": """
        from pydantic_settings import BaseSettings
        class Settings(BaseSettings):
            name: str
    """,
    "a field with an alias": """
        from pydantic import Field
        from pydantic_settings import BaseSettings
        class Base(BaseSettings): ...
        class Settings(Base):
            other: str = Field(validation_alias="NAME")
    """,
    "a field below a prefix": """
        from pydantic_settings import BaseSettings, SettingsConfigDict
        class Settings(BaseSettings):
            model_config = SettingsConfigDict(env_prefix="NA")
            me: str
    """,
    "starlette": "from starlette.config import Config\nc = Config()\nX = c('NAME', cast=int)\n",
    "decouple": "from decouple import config\nX = config('NAME')\n",
    "environs": "from environs import Env\nenv = Env()\nX = env.str('NAME')\n",
}
# Each of these works without it.
OPTIONAL = (
    "import os\nX = os.environ.get('NAME', 'x')\n",
    "import os\nX = os.getenv('NAME') or 'x'\n",
    "import os\nif os.getenv('NAME'): pass\n",
    "import os\nX = 'NAME' in os.environ\n",
    "import os\nX = bool(os.environ.get('NAME'))\n",
    "import os\nX = os.environ.get('NAME') == '1'\n",
    "import os\nX = os.environ.get('NAME', '').lower()\n",
    "import os\nos.environ['NAME'] = 'x'\nX = os.environ['NAME']\n",
    "import os\nos.environ.setdefault('NAME', 'x')\nX = os.environ['NAME']\n",
    "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    name: str = 'x'\n",
    "# os.environ['NAME']\nX = \"os.environ['NAME']\"\n",
    "environ = {}\nX = environ.get('NAME')\n",
)
# Each sets NAME for our code.
SETS = {
    "Dockerfile": "FROM x\nENV NAME=x\n",
    ".env.example": "NAME=\n",
    "template.yaml": """
        AWSTemplateFormatVersion: "2010-09-09"
        Globals: {Function: {Environment: {Variables: {NAME: !Ref Name}}}}
    """,
    "serverless.yml": "provider:\n  environment:\n    NAME: ${ssm:/name}\n",
    "main.tf": """
        resource "aws_lambda_function" "a" {
          environment {
            variables = {
              NAME = var.name
            }
          }
        }
    """,
    "stack.py": "import aws_cdk\nf = aws_cdk.Function(environment={'NAME': 'x'})\n",
    "lib/stack.ts": "import * as cdk from 'aws-cdk-lib';\nf({ environment: { NAME: 'x' } });\n",
    "k8s.yaml": "env:\n- name: NAME\n  value: x\n",
    "deploy.sh": "export NAME=x\n",
    "stages/dev.toml": '[env]\nNAME = "x"\n',
}

TRAPS = (
    Trap("set and read", tree(READS["get"], "NAME")),
    Trap("set in small letters", tree(READS["a setting of pydantic"], "name")),
    Trap("set and not read", tree("", "NAME"), ((UNREAD, "NAME is set, and nothing here"),)),
    Trap(
        "misspelled: both halves are named",
        tree(READS["subscript"], "NAMES"),
        ((UNREAD, "NAMES"), (UNSET, "the code reads NAME, and no stage")),
    ),
    Trap("only a comment sets it", tree(READS["get"], **{"x.sh": "# NAME=x\n"}), noted="undecided"),
    Trap(
        "nothing is set here",
        {"app.py": APP, "settings.py": READS["get"]},
        noted="undecided: 1 of 1 variables",
    ),
    Trap(
        "what the platform sets, and what libraries read",
        tree(
            "import os\nX = os.environ['AWS_REGION'] + os.environ['HOME']\n",
            "PYTHONUNBUFFERED", "UVICORN_RELOAD", "SENTRY_DSN", "TZ",
        ),
    ),
    Trap(
        "a library of its own",
        tree("", "CELERY_BROKER_URL", **{"requirements.txt": "celery\n"}),
    ),
    Trap("put together", tree("import os\nX = [os.environ[f'NA{x}'] for x in '']\n", "NAME")),
    Trap("read by a program", tree("", "NAME", **{"web/app.ts": "process.env.NAME"})),
    Trap("read by a script", tree("", "NAME", **{"run.sh": 'echo "$NAME"\n'})),
    Trap(
        "of somebody else's image",
        {"compose.yaml": "services: {db: {image: postgres, environment: {NAME: x}}}\n"},
    ),
    Trap("filled in by itself", tree("", **{"compose.yml": FILLED}), ((UNREAD, "NAME"),)),
    Trap(
        "only what the application imports counts",
        tree("", **{"tools/x.py": READS["subscript"], "tests/test_x.py": READS["subscript"]}),
    ),
    Trap(
        "imported by name, on demand",
        tree(
            "import importlib\ndef f(): importlib.import_module('late')\n",
            "OTHER",
            **{"late.py": READS["subscript"], "run.sh": "echo $OTHER\n"},
        ),
        ((UNSET, "NAME"),),
    ),
    Trap(
        "allowed",
        tree(
            READS["subscript"],
            "OTHER",
            **{
                "run.sh": "echo $OTHER\n",
                "pyproject.toml": """
                    [tool.gate]
                    root = "."
                    audit-allow = [{ rule = "audit.variable.unset", name = "NAME", reason = "r" }]
                """,
            },
        ),
        noted="allowed, audit.variable.unset, NAME: r",
    ),
)  # fmt: skip


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_variables(trap: Trap, plant: Plant) -> None:
    hold(trap, plant)


@pytest.mark.parametrize("way", READS)
def test_every_way_of_reading_is_seen(way: str, plant: Plant) -> None:
    files = tree(READS[way], "OTHER", **{"run.sh": "echo $OTHER\n"})
    hold(Trap(way, files, ((UNSET, "the code reads NAME, and no stage"),)), plant)


@pytest.mark.parametrize("source", OPTIONAL)
def test_what_has_a_value_of_its_own_need_not_be_set(source: str, plant: Plant) -> None:
    hold(Trap("", tree(source, "OTHER", **{"run.sh": "echo $OTHER\n"})), plant)


@pytest.mark.parametrize("place", SETS)
def test_every_place_that_sets_one_is_seen(place: str, plant: Plant) -> None:
    files = tree(READS["subscript"], "OTHER", **{"run.sh": "echo $OTHER\n", place: SETS[place]})
    hold(Trap(place, files), plant)
