"""What is written for users: README, and the pages of docs/ that it leads to."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
"""In the order in which their examples run."""

LINKING = (*PAGES, ROOT / "CHANGELOG.md", *sorted((ROOT / ".github").glob("*.md")))
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def told() -> str:
    """The texts of all pages."""
    return "\n".join(map(text_of, PAGES))


def page_with(part: str) -> Path:
    """The one page that has these words."""
    (page,) = (page for page in PAGES if part in text_of(page))
    return page


def links(page: Path) -> list[str]:
    """The targets of its links, pictures among them."""
    return re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", text_of(page)))


def anchors(page: Path) -> set[str]:
    """What a link may name of a page: its headings, spelled as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
