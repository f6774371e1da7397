"""Who may do what on the site: an access file, passwords or a trusted proxy, and three roles.

Without an access file everybody reads and nobody writes. With one, ``compliance`` decides about findings, ``engineer``
may also ask the database in SQL, and ``reader`` reads; everybody else reads too where ``public`` is true.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.model import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ROLES = ("compliance", "engineer", "reader")
DECIDING = frozenset({"compliance"})
MAX_BYTES = 200_000
_NAME = re.compile(r"[a-z0-9][a-z0-9.@-]{0,63}")
_HASH = re.compile(r"pbkdf2_sha256\$[0-9]{1,7}\$[0-9A-Za-z+/=]{1,100}\$[0-9A-Za-z+/=]{1,200}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One person: ``name`` is what the history of findings says; no ``password_hash``: only through the proxy."""

    name: str
    role: str
    password_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """An access file. ``user_header`` is the request header in which a proxy in front says who asks."""

    public: bool = True
    user_header: str | None = None
    users: tuple[User, ...] = ()

    def role(self, name: str) -> str | None:
        """The role of a person, None for a stranger."""
        return next((user.role for user in self.users if user.name == name), None)

    def plugins(self) -> dict[str, Any]:
        """The configuration of the plugins that the site runs with."""
        hashes = {f"{user.name}_password_hash": user.password_hash for user in self.users if user.password_hash}
        actors = {user.name: {"id": user.name, "role": user.role} for user in self.users}
        return {"datasette-auth-passwords": {**hashes, "actors": actors}} if hashes else {}


def load_access(path: Path) -> Access:
    """Read an access file; ConfigError with every problem, each beginning with its path inside the file."""
    try:
        content = path.read_bytes()[: MAX_BYTES + 1]
        document = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise ConfigError((f"{path}: cannot be read: {error.strerror}",)) from None
    except (ValueError, RecursionError) as error:
        raise ConfigError((f"{path}: not valid TOML: {error}",)) from None
    problems: list[str] = []
    access = Access(
        public=_of(document, "public", bool, problems) is not False,
        user_header=_header(document, problems),
        users=tuple(_users(document, problems)),
    )
    problems.extend(f"{key}: unknown key" for key in document if key not in ("public", "user_header", "user"))
    names = [user.name for user in access.users]
    problems.extend(f"user[{place}].name: is given twice" for place, name in enumerate(names) if name in names[:place])
    if problems:
        raise ConfigError(tuple(problems))
    return access


def _of(table: Mapping[str, Any], key: str, kind: type, problems: list[str], at: str = "") -> Any:  # noqa: ANN401 - TOML
    value = table.get(key)
    if value is not None and not isinstance(value, kind):
        problems.append(f"{at}{key}: must be a {'true or false' if kind is bool else 'text'}")
        return None
    return value


def _header(document: Mapping[str, Any], problems: list[str]) -> str | None:
    name = _of(document, "user_header", str, problems)
    if name is not None and not _HEADER.fullmatch(name):
        problems.append("user_header: is no name of a header")
    return name.lower() if name else None


def _users(document: Mapping[str, Any], problems: list[str]) -> list[User]:
    tables = document.get("user", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        problems.append("user: must be an array of tables: [[user]]")
        return []
    return [_user(table, f"user[{place}].", problems) for place, table in enumerate(tables)]


def _user(table: Mapping[str, Any], at: str, problems: list[str]) -> User:
    name = _of(table, "name", str, problems, at) or ""
    role = _of(table, "role", str, problems, at) or ""
    secret = _of(table, "password_hash", str, problems, at)
    if not _NAME.fullmatch(name):
        problems.append(f"{at}name: is required: small letters, digits, dots, @ and hyphens")
    if role not in ROLES:
        problems.append(f"{at}role: must be one of {', '.join(ROLES)}")
    if secret is not None and not _HASH.fullmatch(secret):
        problems.append(f"{at}password_hash: is no hash; `consent-audit serve --hash-password` makes one")
    problems.extend(f"{at}{key}: unknown key" for key in table if key not in ("name", "role", "password_hash"))
    return User(name=name, role=role, password_hash=secret)
