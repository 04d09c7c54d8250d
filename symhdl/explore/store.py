"""The file that keeps rows: one SQLite database, a transaction for each row, so that what ends a run loses none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from symhdl.documents import read_json
from symhdl.errors import Diagnostic, SymhdlError, ToolMissingError, error
from symhdl.explore.release import release
from symhdl.explore.row import Row, row_of_document

if TYPE_CHECKING:
    import sqlite3

STORE = "explore.sqlite"
"""What the file of an exploration is called in its folder."""

APPLICATION = 0x73796D68
"""By which the file is known as one of these."""

FORM = 1
WAIT_S = 60.0
AT_ONCE = 500  # digests in one question

ELSEWHERE = "choose another folder with -o"
HELPS = MappingProxyType(
    {
        "SQLITE_FULL": "make room, then run the command again: rows that are there stay",
        "SQLITE_BUSY": "wait until the other process that uses it is done",
        "SQLITE_CORRUPT": f"{ELSEWHERE}, or remove the file",
        "SQLITE_NOTADB": f"{ELSEWHERE}, or remove the file",
    }
)
"""What helps, by how the names of SQLite's errors begin."""

_TABLES = """
    CREATE TABLE rows (digest TEXT PRIMARY KEY, version TEXT NOT NULL, document TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE files (name TEXT, sha256 TEXT, PRIMARY KEY (name, sha256)) WITHOUT ROWID;
"""


class ExploreStore:
    """Rows by the digests of their jobs. Several processes may use one file at a time.

    Rows of other versions of symhdl are kept, and not seen. Methods raise SymhdlError where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            self._database = _sqlite().connect(path, timeout=WAIT_S, isolation_level=None)
            self._database.text_factory = _text
        try:
            self._prepare()
        except BaseException:
            self._database.close()
            raise

    def known(self, digests: Iterable[str]) -> dict[str, Row]:
        """Those of the rows that are there, by digest; what cannot be read counts as not there."""
        wanted = list(dict.fromkeys(digests))
        found: dict[str, Row] = {}
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            marks = ",".join("?" * len(part))
            question = (
                f"SELECT digest, document FROM rows WHERE digest IN ({marks}) AND version = ?"  # noqa: S608 - marks alone
            )
            found |= {row.digest: row for row in self._rows(question, (*part, release()))}
        return found

    def rows(self) -> list[Row]:
        """All rows of this version, by digest."""
        return list(
            self._rows(
                "SELECT digest, document FROM rows WHERE version = ? ORDER BY digest", (release(),)
            )
        )

    def put(self, row: Row) -> None:
        """Keeps a row, in place of an older one of the same job."""
        text = json.dumps(row.document(), allow_nan=False)
        with self._told():
            self._database.execute(
                "REPLACE INTO rows VALUES (?, ?, ?)", (row.digest, release(), text)
            )

    def put_all(self, rows: Iterable[Row]) -> None:
        """Keeps rows as `put` does, all of them or none."""
        texts = [
            (row.digest, release(), json.dumps(row.document(), allow_nan=False)) for row in rows
        ]
        self._keep("REPLACE INTO rows VALUES (?, ?, ?)", texts)

    def of_other_versions(self) -> list[tuple[str, str, str]]:
        """The rows of other versions: digest, version, document."""
        question = "SELECT digest, version, document FROM rows WHERE version != ? ORDER BY digest"
        with self._told(), closing(self._database.execute(question, (release(),))) as answer:
            return [(str(d), str(v), str(text)) for d, v, text in answer.fetchall()]

    def put_of_other_versions(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Keeps rows that `of_other_versions` gave; those that are there stay."""
        self._keep("INSERT OR IGNORE INTO rows VALUES (?, ?, ?)", rows)

    def _keep(self, statement: str, rows: Iterable[tuple[str, str, str]]) -> None:
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany(statement, rows)
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def written(self, name: str) -> frozenset[str]:
        """The SHA-256 of all that was ever written into the file of that name beside this one."""
        question = "SELECT sha256 FROM files WHERE name = ?"
        with self._told(), closing(self._database.execute(question, (name,))) as answer:
            return frozenset(str(found) for (found,) in answer.fetchall())

    def writes(self, name: str, sha256: str) -> None:
        """Keeps the SHA-256 of a file that is about to be written beside this one, by one of several runs maybe."""
        with self._told():
            self._database.execute("REPLACE INTO files VALUES (?, ?)", (name, sha256))

    def close(self) -> None:
        """Lets the file go."""
        self._database.close()

    def __enter__(self) -> ExploreStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, question: str, values: tuple[str, ...]) -> Iterator[Row]:
        with self._told(), closing(self._database.execute(question, values)) as answer:
            documents = answer.fetchall()
        for digest, text in documents:
            row = _row_of(text)
            if row is not None and row.digest == digest:
                yield row

    def _prepare(self) -> None:
        """Makes the tables of a new file. Raises SymhdlError for a file that is something else."""
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            mark, form = (self._number(name) for name in ("application_id", "user_version"))
            is_new = (
                not mark and not self._database.execute("SELECT 1 FROM sqlite_master").fetchone()
            )
            if is_new:
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA application_id = {APPLICATION}")
                self._database.execute(f"PRAGMA user_version = {FORM}")
            self._database.execute("COMMIT")
        if not is_new and (mark, form) != (APPLICATION, FORM):
            text = f"{self.path} is not a store of `symhdl explore`" + (
                f" of this form, {FORM}" if mark == APPLICATION else ""
            )
            raise error("not-ours", text, help=ELSEWHERE)

    def _number(self, name: str) -> int:
        found = self._database.execute(f"PRAGMA {name}").fetchone()
        return int(found[0])

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Says in a diagnostic what SQLite refuses."""
        try:
            yield
        except _sqlite().Error as problem:
            raise self._refused(problem) from None

    def _refused(self, problem: sqlite3.Error) -> SymhdlError:
        name = getattr(
            problem, "sqlite_errorname", ""
        )  # which has more behind: SQLITE_BUSY_SNAPSHOT
        helps = (help for start, help in HELPS.items() if name.startswith(start))
        return error("bad-store", f"cannot use {self.path}: {problem}", help=next(helps, ELSEWHERE))


def _sqlite() -> ModuleType:
    """SQLite, without which a Python may be built. Raises ToolMissingError."""
    try:
        return import_module("sqlite3")
    except ImportError:
        text = "this Python was built without SQLite, which keeps the rows of -o"
        help = "use another Python, or leave out -o and take --json"
        raise ToolMissingError(Diagnostic("tool-missing", text, help=help)) from None


def _text(content: bytes) -> str:
    """Text of a stranger's as it is; what is no UTF-8 makes no row."""
    return content.decode(errors="replace")


def _row_of(text: object) -> Row | None:
    try:
        document = read_json(str(text))
        return row_of_document(document) if isinstance(document, dict) else None
    except (ValueError, RecursionError):
        return None
