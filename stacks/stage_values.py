"""What one value of a stage file may be: texts by their pattern, words and numbers by list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

# The retention times that CloudWatch Logs knows, in days.
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

SMALL_CAPACITY = 0.5  # ACU
SNAP_START_STORAGE_MB = 512  # Lambda refuses to publish a snapshot with more

DOCKERFILE = "lambda_src/backend/Dockerfile"  # below the repository, which is its context
# Lambda's name of a processor → a container engine's.
PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}

Handler = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$")
]
AbsolutePath = Annotated[str, StringConstraints(pattern=r"^/\S*$")]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,19}$")]
ProbeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=64)]
RepositoryArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/[a-z0-9._/-]+$"
    ),
]
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
KeyArn = Annotated[
    str,
    StringConstraints(
        pattern=rf"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{{12}}:key/({UUID}|mrk-[0-9a-f]{{32}})$"
    ),
]
CertificateArn = Annotated[
    str,
    StringConstraints(pattern=rf"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{{12}}:certificate/{UUID}$"),
]
HostName = Annotated[
    str,
    StringConstraints(
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
        max_length=253,
    ),
]
TopicArn = Annotated[
    str,
    StringConstraints(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$"),
]
SecretName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/_+=.@-]+$", max_length=512)]
AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
RepositoryName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$", max_length=256)
]
# CodeConnections was called CodeStar Connections; both names are in use.
ConnectionArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:(codeconnections|codestar-connections)"
        r":[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f-]+$"
    ),
]
FullRepository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$")]
Branch = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
PathPattern = Annotated[str, StringConstraints(pattern=r"^[^\s/][^\s]*$")]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
ResourceType = Annotated[
    str, StringConstraints(pattern=r"^(AWS::[A-Za-z0-9]+|Custom)::[A-Za-z0-9*]+$")
]
SubnetId = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]+$")]


# CodeDeploy's predefined configurations, as the CDK spells them in capitals.
Shift = Literal[
    "all-at-once",
    "canary-10-percent-5-minutes",
    "canary-10-percent-10-minutes",
    "canary-10-percent-15-minutes",
    "canary-10-percent-30-minutes",
    "linear-10-percent-every-1-minute",
    "linear-10-percent-every-2-minutes",
    "linear-10-percent-every-3-minutes",
    "linear-10-percent-every-10-minutes",
]
Reason = Annotated[str, StringConstraints(pattern=r"^[ -~]*[!-~][ -~]*$", max_length=80)]
