"""HTML and SVG as values: elements with attributes, in which every text stays text."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from zlib import compress

from symhdl.documents import Json
from symhdl.errors import visible

MOST_PLAIN = 1 << 17
"""Characters of a part of a page that is not packed."""
VOID = frozenset({"meta", "input"})
"""Elements that have no end."""


@dataclass(frozen=True, slots=True)
class Markup:
    """A piece of a page, as it is written."""

    text: str


Content = Markup | str
"""What stands inside of an element; a `str` is text, whatever it holds."""


def element(tag: str, *children: Content, **attributes: str | float | bool | None) -> Markup:
    """An element. In the names of attributes `_` is `-`, at their ends nothing; None and False leave one out."""
    opening = tag + "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Markup(f"<{opening}/>")
    return Markup(f"<{opening}>{joined(children).text}</{tag}>")


def _attribute(name: str, value: str | float | bool | None) -> str:
    word = name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {word}"
    text = value if isinstance(value, str) else f"{value:.6g}"
    return f' {word}="{escape(_shown(text))}"'


def joined(children: Iterable[Content]) -> Markup:
    """Pieces one behind the other."""
    return Markup(
        "".join(
            c.text if isinstance(c, Markup) else escape(_shown(c), quote=False) for c in children
        )
    )


def _shown(text: str) -> str:
    """The text with its lines, and all that a reader would not see made visible."""
    return text if text.isprintable() else "\n".join(map(visible, text.split("\n")))


def data(document: Json, id: str) -> Markup:
    """A document for the script of the page, in which nothing ends it early; a long one is packed."""
    text = json.dumps(document, separators=(",", ":"), allow_nan=False)
    if len(text) > MOST_PLAIN:
        return Markup(f'<script type="text/plain" id="{escape(id)}">{_packed(text)}</script>')
    text = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(f'<script type="application/json" id="{escape(id)}">{text}</script>')


def folded(tag: str, content: Markup, **attributes: str | float | bool | None) -> Markup:
    """An element with a content that the page unpacks when it is opened, if it is long."""
    if len(content.text) <= MOST_PLAIN:
        return element(tag, content, **attributes)
    return element(tag, **attributes, data_packed=_packed(content.text))


def _packed(text: str) -> str:
    """The text compressed, in letters that mean nothing to HTML."""
    return b64encode(compress(text.encode(), 9)).decode()


def page(title: str, body: Content, *, styles: Sequence[str], scripts: Sequence[str]) -> str:
    """A whole page that needs nothing else: its policy allows its style and its script alone, and no request.

    The style and the script are those of the files of these names in `symhdl/report`, one behind the other.
    """
    style = "".join(_file(f"{name}.css") for name in styles)
    script = '"use strict";\n' + "".join(_file(f"script/{name}.js") for name in scripts)
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    head = joined(
        [
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=policy),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", title),
            Markup(f"<style>{style}</style>"),
        ]
    )
    body = joined([body, Markup(f"<script>{script}</script>")])
    whole = element("html", element("head", head), element("body", body), lang="en")
    return f"<!doctype html>\n{whole.text}\n"


def _file(name: str) -> str:
    return files("symhdl.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
