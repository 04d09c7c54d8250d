"""What is told of one program that was tried."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fuzzing.program import Program


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be. `kind` and `key` say which; equal ones are probably one mistake."""

    kind: str
    key: str
    detail: str


@dataclass(slots=True)
class Report:
    """What came of a program: `outcome` is "compiled" or "refused", `ids` and `reason` are those of a refusal.

    `notes` are no findings but worth counting. `seconds` are those of the processor for compiling.
    """

    program: Program
    outcome: str = ""
    ids: tuple[str, ...] = ()
    reason: str = ""
    message: str = ""
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    points: int = 0
    seconds: float = 0.0
    engines: tuple[str, ...] = ()

    def find(self, kind: str, key: str, detail: str) -> None:
        """Adds a finding; the first one of its kind is enough."""
        if all(found.kind != kind for found in self.findings):
            self.findings.append(Finding(kind, key, detail))
