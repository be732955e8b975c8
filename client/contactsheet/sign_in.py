"""The gallery's address and the token: from the environment, or from the file that ``login`` writes."""

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
class SignIn:
    """Where the gallery is, and the token for it."""

    address: str
    token: str


def settings_file(environment: Mapping[str, str]) -> Path:
    """Return where ``login`` keeps the token."""
    configured = environment.get("XDG_CONFIG_HOME")
    folder = Path(configured) if configured else Path.home() / ".config"
    return folder / "contactsheet" / "sign-in.json"


def clean_address(untrusted: str) -> str:
    """Return the gallery's origin.

    Raises:
        NotSignedIn: the text is no address, or the token would travel unencrypted.
    """
    text = untrusted.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = parts.hostname
        port = parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"}:
        raise NotSignedIn("address_not_valid", f"This is not the address of a gallery: {untrusted}")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise NotSignedIn(
            "address_not_encrypted", "A token travels by https only. Give the address that begins with https."
        )
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port else "")


def find(environment: Mapping[str, str], *, address: str = "") -> SignIn:
    """Return the sign-in: what is said on the command line first, then the environment, then the file.

    Raises:
        NotSignedIn: there is none, or its file can be read by others.
    """
    wanted = address or environment.get(ADDRESS_VARIABLE, "")
    token = environment.get(TOKEN_VARIABLE, "")
    kept = None if token and wanted else _kept(settings_file(environment))
    if not wanted and kept:
        wanted = kept.address
    if not wanted:
        raise NotSignedIn(
            "not_signed_in",
            f"Sign in first: contactsheet login ADDRESS. Or set {ADDRESS_VARIABLE} and {TOKEN_VARIABLE}.",
        )
    wanted = clean_address(wanted)
    if not token and kept and kept.address == wanted:
        token = kept.token
    if not token:
        raise NotSignedIn(
            "not_signed_in",
            f"There is no token for {wanted}. Sign in: contactsheet login {wanted}. Or set {TOKEN_VARIABLE}.",
        )
    return SignIn(wanted, token)


def _kept(path: Path) -> SignIn | None:
    try:
        mode = path.stat().st_mode
        text = path.read_text()
    except FileNotFoundError:
        return None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise NotSignedIn("token_not_private", f"Others may read your token. Run: chmod 600 {path}")
    try:
        found = json.loads(text)
        return SignIn(found["address"], found["token"])
    except (ValueError, KeyError, TypeError):
        raise NotSignedIn(
            "sign_in_damaged", f"{path} cannot be understood. Sign in again: contactsheet login"
        ) from None


def keep(sign_in: SignIn, path: Path) -> None:
    """Write the sign-in so that nobody else can read it at any moment."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"address": sign_in.address, "token": sign_in.token}, file)
    unfinished.replace(path)


def forget(path: Path) -> bool:
    """Remove the sign-in; tell whether there was one."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
