"""The gallery's address and the token, from the environment or from the file that ``login`` writes."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contactsheet.exits import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_VARIABLE = "CONTACTSHEET_TOKEN"  # noqa: S105 - a name, not a secret
ADDRESS_VARIABLE = "CONTACTSHEET_ADDRESS"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Credentials:
    """A gallery's address and a token for it."""

    address: str
    token: str


def credentials_file(environment: Mapping[str, str]) -> Path:
    """Return the path of the file that ``login`` writes."""
    configured = environment.get("XDG_CONFIG_HOME")
    folder = Path(configured) if configured else Path.home() / ".config"
    return folder / "contactsheet" / "sign-in.json"


def clean_address(untrusted: str) -> str:
    """Return the gallery's origin.

    Raises:
        NotSignedIn: The text is not an address, or the token would be sent unencrypted.
    """
    text = untrusted.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname
        port = parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"}:
        raise NotSignedIn("address_not_valid", f"This isn't a gallery address: {untrusted}")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise NotSignedIn(
            "address_not_encrypted", "Tokens are sent over https only. Use an address that starts with https."
        )
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}" + (f":{port}" if port else "")


def find(environment: Mapping[str, str], *, address: str = "") -> Credentials:
    """Return the credentials: the command line comes first, then the environment, then the file.

    Raises:
        NotSignedIn: There are none, or other users can read the file.
    """
    wanted = address or environment.get(ADDRESS_VARIABLE, "")
    token = environment.get(TOKEN_VARIABLE, "")
    saved = None if token and wanted else _load(credentials_file(environment))
    if not wanted and saved:
        wanted = saved.address
    if not wanted:
        raise NotSignedIn(
            "not_signed_in",
            f"Sign in first: contactsheet login ADDRESS. Or set {ADDRESS_VARIABLE} and {TOKEN_VARIABLE}.",
        )
    wanted = clean_address(wanted)
    if not token and saved and saved.address == wanted:
        token = saved.token
    if not token:
        raise NotSignedIn(
            "not_signed_in",
            f"You aren't signed in to {wanted}. Run: contactsheet login {wanted}. Or set {TOKEN_VARIABLE}.",
        )
    return Credentials(wanted, token)


def _load(path: Path) -> Credentials | None:
    try:
        mode = path.stat().st_mode
        text = path.read_text()
    except FileNotFoundError:
        return None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise NotSignedIn("token_not_private", f"Other users can read your token. Run: chmod 600 {path}")
    try:
        document = json.loads(text)
        return Credentials(document["address"], document["token"])
    except (ValueError, KeyError, TypeError):
        raise NotSignedIn(
            "sign_in_damaged", f"We couldn't read {path}. Sign in again: contactsheet login ADDRESS"
        ) from None


def save(credentials: Credentials, path: Path) -> None:
    """Write the file; other users can't read it at any moment."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"address": credentials.address, "token": credentials.token}, file)
    unfinished.replace(path)


def remove(path: Path) -> bool:
    """Remove the file and return whether it existed."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
