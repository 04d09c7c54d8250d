"""Chromium without a window, driven through a pipe: opens a page, asks it questions, and tells what it complains of."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip


def chromium() -> str | None:
    """The program, if there is one."""
    return next((found for found in map(shutil.which, NAMES) if found), None)


class Page:
    """An open page; `complaints` are errors of its script, and `requests` all addresses that it asked for."""

    def __init__(self, commands: int, answers: int) -> None:
        self.commands, self.answers = commands, answers
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.loaded = False
        self._session: str | None = None
        self._buffer = b""
        self._count = 0

    def open(self, address: str, before: str = "") -> None:
        """Opens the page and waits until it is loaded; a script `before` runs before those of the page."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        if before:
            self.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        self.go(address)

    def go(self, address: str) -> None:
        """Opens another page in the place of this one and waits until it is loaded."""
        self.loaded = False
        self.call("Page.navigate", url=address)
        while not self.loaded:
            self._next()

    def enter_frame(self) -> None:
        """Goes on in the frame of the page that has a process of its own."""
        found = self.call("Target.getTargets")["targetInfos"]
        (frame,) = (each["targetId"] for each in found if each["type"] == "iframe")
        self._session = self.call("Target.attachToTarget", targetId=frame, flatten=True)[
            "sessionId"
        ]
        for domain in ("Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def ask(self, expression: str) -> Any:
        """The value of an expression of JavaScript in the page, or what it promises."""
        found = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """A command of the protocol, and its result."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        """The next message, of which events are noted."""
        while b"\0" not in self._buffer:
            piece = os.read(self.answers, 1 << 16)
            assert piece, "the browser has ended"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, event: str, told: dict[str, Any]) -> None:
        if event == "Page.loadEventFired":
            self.loaded = True
        elif event == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif event in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled"):
            self.complaints.append(json.dumps(told))


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser of its own, which ends behind the block; the profile is an empty folder."""
    program = chromium()
    assert program is not None
    to_browser, commands = os.pipe()
    answers, from_browser = os.pipe()

    def at_three_and_four() -> None:  # where the browser looks for them
        first, second = os.dup(to_browser), os.dup(from_browser)
        os.dup2(first, 3)
        os.dup2(second, 4)

    running = subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}"],
        close_fds=False,
        preexec_fn=at_three_and_four,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Page(commands, answers)
    finally:
        os.close(commands)
        running.terminate()
        running.wait(30)
        os.close(answers)
