import os
from dataclasses import dataclass, field
@dataclass
class Config:
    size: int = 500
    origins: list = field(default_factory=lambda: ["*"])
    debug: bool = False
class Settings:
    GZIP = True
    SIZE = 700
    ORIGINS = ["https://a", "https://b"]
    @classmethod
    def load(cls): return cls()
    @staticmethod
    def size(): return 900
settings = Settings()
config = Config()
DEBUG = bool(os.environ.get("NO_SUCH_DEBUG"))
