"""What people get: a subject, a text, and the same for a chat."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

SUBJECT_LENGTH = 99  # SNS: less than 100, ASCII, no line breaks
TEXT_LENGTH = 60_000  # three of them stay below what SNS takes (256 KB)
CHAT_LENGTH = 7_000  # Amazon Q cuts a description at 8000
CUT = "\n(cut)"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Message:
    """One message: what it is about, what happened, and the rest as labelled lines."""

    subject: str
    lines: Sequence[tuple[str, str]]  # a label, which may be empty, and a text
    thread: str = ""  # what groups an alarm and its end in a chat

    @property
    def text(self) -> str:
        """As an e-mail shows it."""
        width = max((len(label) for label, _ in self.lines), default=0) + 2
        rows = [f"{f'{label}:' if label else '':<{width}}{text}" for label, text in self.lines]
        return cut("\n".join([self.subject, "", *rows]), TEXT_LENGTH)

    def structured(self) -> str:
        """For each protocol of SNS its own: the chat's is Amazon Q's custom notification.

        docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
        """
        rows = [f"*{label}:* {text}" if label else text for label, text in self.lines]
        content = {
            "textType": "client-markdown",
            "title": self.subject,
            "description": cut("\n".join(rows), CHAT_LENGTH),
        }
        chat = {"version": "1.0", "source": "custom", "content": content}
        if self.thread:
            chat["metadata"] = {"threadId": self.thread}
        return json.dumps({"default": self.text, "https": json.dumps(chat)})

    @property
    def topic_subject(self) -> str:
        """The subject as SNS takes it."""
        plain = " ".join(self.subject.encode("ascii", "replace").decode().split())
        return plain[:SUBJECT_LENGTH] or "Notification"


def raw(text: str, why: str) -> Message:
    """A notification as it came, because it could not be read."""
    return Message("Notification as it came", [("", clean(text)), ("not formatted", why)])


def clean(text: str) -> str:
    """Without control characters, and without those that turn or hide text."""
    return UNSEEN.sub("", text)


def one_line(value: object, length: int = 1000) -> str:
    """Anything as one line of text."""
    return " ".join(clean(str(value)).split())[:length]


def cut(text: str, length: int) -> str:
    """At most `length` characters, and it says so when it was more."""
    return text if len(text) <= length else text[: length - len(CUT)] + CUT
