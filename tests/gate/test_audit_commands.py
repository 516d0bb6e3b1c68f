from __future__ import annotations

import json

import pytest

from tests.gate.auditing import Trap, hold
from tests.gate.planting import Plant

TWICE, DIFFERS, DANGLING = "command.twice", "command.differs", "command.dangling"
HANDLER = "def lambda_handler(event, context): ...\n"
APP = "from fastapi import FastAPI\napp = FastAPI()\n"
EXPORT = "from app import app\n"
BASE = "FROM public.ecr.aws/lambda/python:3.13\n"
SAM = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageConfig:
        Command: [{command}]
      Role: !GetAtt Role.Arn
"""
ZIP = """
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Api:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: {runtime}
      Handler: {handler}
      Code: !Sub "s3://${{Bucket}}/x.zip"
"""
CDK = """
import aws_cdk.aws_lambda as lambda_
code = lambda_.DockerImageCode.from_image_asset("x", cmd=["{command}"])
"""
# Each says that `handler.lambda_handler` runs.
LAMBDA_PLACES = {
    "Dockerfile": BASE + 'CMD ["handler.lambda_handler"]\n',
    "shell/Dockerfile": BASE + "CMD handler.lambda_handler\n",
    "api.Dockerfile": 'FROM x\nENTRYPOINT ["python", "-m", "awslambdaric"]\n'
    'CMD [ "handler.lambda_handler" ]\n',
    "continued/Dockerfile": BASE + 'CMD \\\n  # why\n  ["handler.lambda_handler"]\n',
    "compose.yaml": "services: {fn: {build: ., command: [handler.lambda_handler]}}\n",
    "template.yaml": SAM.format(command="handler.lambda_handler"),
    "zip/template.yml": ZIP.format(runtime="python3.13", handler="handler.lambda_handler"),
    "stack.template.json": json.dumps(
        {
            "Resources": {
                "F": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {"ImageConfig": {"Command": ["handler.lambda_handler"]}},
                }
            }
        }
    ),
    "serverless.yml": "functions:\n  api:\n    handler: handler.lambda_handler\n",
    "image/serverless.yml": """
        functions:
          api:
            image:
              name: app
              command:
                - handler.lambda_handler
    """,
    "main.tf": """
        resource "aws_lambda_function" "api" {
          runtime = "python3.13"
          handler = "handler.lambda_handler" # here
        }
    """,
    "image.tf": """
        resource "aws_lambda_function" "api" {
          image_config {
            command = ["handler.lambda_handler"]
          }
        }
    """,
    "cdk_app.py": CDK.format(command="handler.lambda_handler"),
    "zip_stack.py": """
        from aws_cdk import aws_lambda as _lambda
        f = _lambda.Function(None, "F", runtime=_lambda.Runtime.PYTHON_3_13,
                             handler="handler.lambda_handler", code=None)
    """,
    "alpha_stack.py": """
        from aws_cdk.aws_lambda_python_alpha import PythonFunction
        f = PythonFunction(None, "F", index="handler.py", handler="lambda_handler", entry=".")
    """,
    "lib/stack.ts": """
        import * as lambda from 'aws-cdk-lib/aws-lambda';
        // cmd: ['other.handler']
        new lambda.DockerImageFunction(this, 'F', {
          code: lambda.DockerImageCode.fromImageAsset('x', { cmd: ['handler.lambda_handler'] }),
        });
    """,
    "stages/dev.toml": '[function]\ncommand = "handler.lambda_handler"\n',
}
SERVER_PLACES = {
    "Dockerfile": 'FROM x\nCMD ["uvicorn", "app:app", "--host", "0.0.0.0"]\n',
    "shell/Dockerfile": "FROM x\nCMD exec gunicorn -k uvicorn.workers.UvicornWorker app:app\n",
    "script/Dockerfile": 'FROM x\nCMD ["sh", "-c", "alembic upgrade head && uvicorn app:app"]\n',
    "compose.yml": """
        x-run: &run
          command: python -m uvicorn app:app --port 8000
        services:
          web: { build: ., <<: *run }
    """,
    "docker-compose.dev.yaml": """
        services:
          web:
            build: .
            entrypoint: ["uvicorn"]
            command:
              - app:app
              - --reload
    """,
    "Procfile": "web: uvicorn app:app --port $PORT\nworker: celery -A x\n",
    "Makefile": "run:\n\t@$(BIN)/uvicorn app:app \\\n\t\t--reload\n",
    "start.sh": "#!/bin/sh\nexec poetry run uvicorn app:app\n",
    "package.json": json.dumps({"scripts": {"dev": "concurrently 'uvicorn app:app' 'vite'"}}),
    "pyproject.toml": '[tool.poe.tasks]\nserve = "hypercorn app:app"\n',
    "deploy/app.service": "[Service]\nExecStart=/srv/venv/bin/uvicorn app:app\n",
    "k8s/api.yaml": """
        kind: Deployment
        spec:
          template:
            spec:
              containers:
                - image: app
                  command: ["uvicorn"]
                  args: ["app:app"]
    """,
    "run.py": 'import uvicorn\nuvicorn.run("app:app", reload=True)\n',
    "fastapi.mk": "run:\n\tfastapi run app.py\n",
}

TRAPS = (
    Trap("once", {"app.py": APP, "Procfile": "web: uvicorn app:app\n"}),
    Trap(
        "as comment, text, or told",
        {
            "app.py": APP,
            "Procfile": "web: uvicorn app:app\n",
            "Makefile": "# uvicorn other:app\nhelp:\n\t@echo 'uvicorn gone:app starts it'\n",
            "x.sh": "#uvicorn gone:app\nprintf 'uvicorn gone:app'\n",
            "Dockerfile": 'FROM x\n# CMD ["uvicorn", "gone:app"]\nRUN pip install uvicorn\n',
            "README.md": "uvicorn gone:app",
        },
    ),
    Trap(
        "a re-export is the same",
        {
            "app.py": APP,
            "main.py": EXPORT,
            "Procfile": "web: uvicorn app:app\n",
            "Makefile": "run:\n\tuvicorn main:app\n",
        },
        ((TWICE, "main:app and as app:app is written in Makefile, Procfile"),),
    ),
    Trap(
        "development and production start different applications",
        {
            "app.py": APP,
            "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "Dockerfile": "FROM x\nCMD uvicorn app:app\n",
            "Makefile": "run:\n\tuvicorn main:app --reload\n",
        },
        ((DIFFERS, "app:app (Dockerfile, Dockerfile CMD)"), ("application.twice", "2 modules")),
    ),
    Trap(
        "two services are two",
        {
            "api.py": APP,
            "web.py": "from starlette.applications import Starlette\napp = Starlette()\n",
            "Procfile": "web: uvicorn web:app\napi: uvicorn api:app\n",
        },
    ),
    Trap(
        "a default that no stage runs",
        {
            "handler.py": HANDLER + "def other(event, context): ...\n",
            "Dockerfile": BASE + 'CMD ["handler.other"]\n',
            "template.yaml": SAM.format(command="handler.lambda_handler"),
        },
        ((DIFFERS, "handler.other (Dockerfile, Dockerfile CMD), handler.lambda_handler"),),
    ),
    Trap(
        "one image with several functions",
        {
            "handler.py": HANDLER + "def other(event, context): ...\n",
            "Dockerfile": BASE + "CMD handler.other\n",
            "a.py": CDK.format(command="handler.lambda_handler"),
            "b.py": CDK.format(command="handler.other"),
        },
        ((TWICE, "handler.other is written in Dockerfile, b.py"),),
    ),
    Trap(
        "stages run different handlers",
        {
            "handler.py": HANDLER + "def other(event, context): ...\n",
            "stages/dev.toml": '[function]\ncommand = "handler.other"\n',
            "stages/prod.toml": '[function]\ncommand = "handler.lambda_handler"\n',
        },
        ((DIFFERS, "stages run different handlers"),),
    ),
    Trap(
        "the gate tests what is not deployed",
        {
            "handler.py": HANDLER + "def other(event, context): ...\n",
            "pyproject.toml": '[tool.gate]\nroot = "."\nhandler = "handler.other"\n',
            "template.yaml": SAM.format(command="handler.lambda_handler"),
        },
        ((DIFFERS, "handler.other (pyproject.toml, [tool.gate] handler)"),),
    ),
    Trap(
        "a module whose name is no identifier",
        {
            "my-handler.py": HANDLER,
            "Dockerfile": BASE + 'CMD ["my-handler.lambda_handler"]\n',
            "template.yaml": SAM.format(command="my-handler.lambda_handler"),
        },
        ((TWICE, "my-handler.lambda_handler is written in Dockerfile, template.yaml"),),
    ),
    Trap(
        "the gate tests what is deployed",
        {
            "handler.py": HANDLER,
            "pyproject.toml": '[tool.gate]\nroot = "."\nhandler = "handler.lambda_handler"\n',
            "template.yaml": SAM.format(command="handler.lambda_handler"),
        },
    ),
    Trap(
        "no such module",
        {"handler.py": HANDLER, "Dockerfile": BASE + 'CMD ["handlers.lambda_handler"]\n'},
        ((DANGLING, "Dockerfile CMD names handlers.lambda_handler, and there is no handlers.py"),),
    ),
    Trap(
        "no such function",
        {"handler.py": HANDLER, "template.yaml": SAM.format(command="handler.handler")},
        ((DANGLING, "handler.py does not define handler"),),
    ),
    Trap(
        "no such application",
        {"app.py": APP, "compose.yaml": "services: {a: {build: ., command: uvicorn app:ap}}\n"},
        ((DANGLING, "app.py does not define ap"),),
    ),
    Trap(
        "names that are made at run time",
        {
            "app.py": "def __getattr__(name): ...\n",
            "b.py": "globals()['app'] = 1\n",
            "c.py": "from somewhere import *\n",
            "Procfile": "a: uvicorn app:x\nb: uvicorn b:app\nc: uvicorn c:app\n",
        },
    ),
    Trap(
        "somebody else's module",
        {"requirements.txt": "some-server\n", "Procfile": "web: uvicorn some_server.asgi:app\n"},
    ),
    Trap(
        "copied under another name",
        {
            "src/main.py": APP,
            "Dockerfile": "FROM x\nCOPY src /srv/api\nCMD uvicorn api.main:app\n",
        },
        noted="undecided: ",
    ),
    Trap(
        "below another folder",
        {
            "backend/src/pkg/main.py": APP,
            "Makefile": "run:\n\tuvicorn pkg.main:app --app-dir backend/src\n",
        },
    ),
    Trap(
        "Lambda in other languages",
        {
            "index.ts": "export const handler = 1;\n",
            "template.yaml": ZIP.format(runtime="nodejs22.x", handler="index.handler"),
            "serverless.yml": "provider: {runtime: java21}\nfunctions: {a: {handler: x.Main}}\n",
            "x.tf": 'resource "aws_lambda_function" "a" {\nruntime = "go1.x"\nhandler = "a.b"\n}\n',
            "y.tf": 'resource "other" "a" {\n handler = "a.b"\n}\n',
        },
    ),
    Trap(
        "the last command of a stage counts",
        {
            "app.py": APP,
            "Dockerfile": "FROM x AS a\nCMD uvicorn gone:app\nCMD uvicorn app:app\nFROM a\nRUN x\n",
        },
    ),
    Trap(
        "nothing to tell",
        {
            "Dockerfile": 'FROM x\nENTRYPOINT ["./run.sh"]\nCMD ["serve"]\n',
            "compose.yaml": "services: {db: {image: postgres, command: postgres.conf}}\n",
            "Procfile": "web: uvicorn $APP\n",
        },
    ),
    Trap(
        "allowed by name",
        {
            "handler.py": HANDLER,
            "pyproject.toml": """
                [tool.gate]
                root = "."
                audit-allow = [{ rule = "audit.command.twice", name = "handler.*", reason = "r" }]
            """,
            "Dockerfile": BASE + "CMD handler.lambda_handler\n",
            "template.yaml": SAM.format(command="handler.lambda_handler"),
        },
        noted="allowed, audit.command.twice, handler.*: r",
    ),
)


@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_commands(trap: Trap, plant: Plant) -> None:
    hold(trap, plant)


@pytest.mark.parametrize("place", LAMBDA_PLACES)
def test_every_place_of_a_handler_is_read(place: str, plant: Plant) -> None:
    files = {
        "handler.py": HANDLER,
        place: LAMBDA_PLACES[place],
        "settings.toml": 'handler = "handler.lambda_handler"\n',
    }
    hold(Trap(place, files, ((TWICE, place),)), plant)


@pytest.mark.parametrize("place", SERVER_PLACES)
def test_every_place_of_a_server_is_read(place: str, plant: Plant) -> None:
    files = {"app.py": APP, place: SERVER_PLACES[place], "z/run.sh": "uvicorn app:app\n"}
    hold(Trap(place, files, ((TWICE, place),)), plant)
