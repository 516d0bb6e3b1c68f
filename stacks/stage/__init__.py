"""What a stage file may say: the sections, their types and their limits."""

from stacks.stage.api import Api, Domain
from stacks.stage.backend import Function, Image, Migrations, Release
from stacks.stage.data import Database, Keys, Network, Secrets
from stacks.stage.delivery import Pipeline, Verifier
from stacks.stage.deviations import Acknowledged, LeftOut
from stacks.stage.section import Section
from stacks.stage.watching import Alarms, Canary, Chat, Drift, Logs, Maintenance, Notifications

__all__ = [
    "Acknowledged",
    "Alarms",
    "Api",
    "Canary",
    "Chat",
    "Database",
    "Domain",
    "Drift",
    "Function",
    "Image",
    "Keys",
    "LeftOut",
    "Logs",
    "Maintenance",
    "Migrations",
    "Network",
    "Notifications",
    "Pipeline",
    "Release",
    "Secrets",
    "Section",
    "Verifier",
]
