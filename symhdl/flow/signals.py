"""Signals that ask symhdl to end: what was begun is cleaned up on the way out, and not cut off."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
)
"""The signals that ask a program to end, as far as the system has them."""


class Interrupted(BaseException):
    """One of the ENDING signals has arrived."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_status = 128 + number  # what a shell says of a program that the signal ended


class KeyboardInterrupted(Interrupted, KeyboardInterrupt):
    """Ctrl-C was pressed, which a search may take as the wish for what it has."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Within it the ENDING signals raise Interrupted, so that what was begun is cleaned up on the way out.

    Once one has arrived the others are ignored: cleaning up is short, and must not be cut off.
    """

    def interrupt(number: int, _: FrameType | None) -> None:
        for other in replaced:
            signal.signal(other, _nothing)
        raise (KeyboardInterrupted if number == signal.SIGINT else Interrupted)(number)

    with _handlers(interrupt) as replaced:
        yield


def _nothing(_: int, __: FrameType | None) -> None:
    """Handles a signal that comes too late. Python complains of one that it has seen before it is told to ignore it."""


def no_more_signals() -> None:
    """From here to the end of the process, which is near, the ENDING signals come to nothing."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


def status_of(program: Callable[[], int]) -> int:
    """The exit status of a program, whose tools end with it if one of the ENDING signals arrives."""
    try:
        with interruptible():
            return program()
    except Interrupted as interrupted:
        return interrupted.exit_status


@contextmanager
def delayed_signals() -> Iterator[None]:
    """Within it the ENDING signals wait; they do what they always did at its end."""
    arrived: list[int] = []
    with _handlers(lambda number, _: arrived.append(number)):
        yield
    for number in arrived:
        signal.raise_signal(number)


@contextmanager
def _handlers(handler: Callable[[int, FrameType | None], None]) -> Iterator[list[int]]:
    """Handles the ENDING signals and yields their numbers; the handlers of before are back afterwards.

    A signal that is ignored, as SIGHUP under nohup, stays ignored, and so does one that is ignored by then. Only the
    main thread may handle signals, and only there does one interrupt anything.
    """
    here = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (ENDING if here else ())}
    replaced = [number for number, old in before.items() if old not in (signal.SIG_IGN, None)]
    try:
        for number in replaced:
            signal.signal(number, handler)
        yield [*replaced]
    finally:
        for number in replaced:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, before[number])
