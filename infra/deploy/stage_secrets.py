"""Secrets of a stage: made once, kept in SSM as SecureString, passed to the function by the deployment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.commands import CommandError
from infra.deploy.account import ignoring
from infra.deploy.choices import TAKEN_BACK, given_in
from infra.deploy.kept_choices import MAXIMUM_BYTES, STANDARD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

GIVEN = {
    "database-url": "DATABASE_URL",
    "email-url": "EMAIL_URL",
    "database-certificates": "DATABASE_CERTIFICATES",
}
"""Secrets from the environment; once set, they are kept until they are taken back, as choices are."""
REQUIRED = "database-url"


def new_signing_key() -> str:
    """Return a new RSA key as PEM; CloudFront requires 2048 bits."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def public_key_of(private_pem: str) -> str:
    """Return the public key of a private key, both as PEM."""
    key = serialization.load_pem_private_key(private_pem.encode(), password=None)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return public.decode()


GENERATED: dict[str, Callable[[], str]] = {
    "secret-key": lambda: secrets.token_urlsafe(50),
    "origin-secret": lambda: secrets.token_urlsafe(32),
    "admin-password": lambda: secrets.token_urlsafe(12),
    "signing-key": new_signing_key,
}


@dataclass(frozen=True, slots=True)
class StageSecrets:
    """The secrets of one stage under ``/contactsheet/STAGE/``."""

    ssm: Any
    stage: str

    def name_of(self, name: str) -> str:
        """Return the full name of a secret's parameter."""
        return f"/contactsheet/{self.stage}/{name}"

    def read(self, name: str) -> str:
        """Return a secret, or an empty string."""
        with ignoring("ParameterNotFound"):
            found = self.ssm.get_parameter(Name=self.name_of(name), WithDecryption=True)
            return str(found["Parameter"]["Value"])
        return ""

    def keep(self, name: str, value: str) -> None:
        """Store a secret, replacing the previous value.

        Raises:
            CommandError: it is longer than a parameter may be.
        """
        size_bytes = len(value.encode())
        if size_bytes > MAXIMUM_BYTES:
            raise CommandError(
                f"{name} takes {size_bytes:,} bytes; SSM keeps {MAXIMUM_BYTES:,}. Of a bundle of "
                "certificates, give only those of your database's region."
            )
        # RSA keys and certificate bundles can exceed the 4 kB of a standard parameter.
        tier = "Standard" if size_bytes <= STANDARD_BYTES else "Advanced"
        self.ssm.put_parameter(
            Name=self.name_of(name), Value=value, Type="SecureString", Overwrite=True, Tier=tier
        )

    def ensure(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Generate missing secrets, store given ones, and return all by name."""
        found: dict[str, str] = {}
        for name, make in GENERATED.items():
            found[name] = self.read(name)
            if not found[name]:
                found[name] = make()
                self.keep(name, found[name])
        given = self.given(environment)
        for name in GIVEN:
            found[name] = self.read(name)
            value = given.get(name, found[name])
            if value != found[name]:
                self.keep(name, value) if value else self._delete(name)
                found[name] = value
        return found

    def given(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the secrets that the environment sets, by name; an empty one is taken back.

        Raises:
            CommandError: the database's address would be taken back.
        """
        given = given_in(environment, tuple(GIVEN.values()))
        found = {name: given[variable] for name, variable in GIVEN.items() if variable in given}
        found = {name: "" if value in TAKEN_BACK else value for name, value in found.items()}
        if found.get(REQUIRED) == "":
            raise CommandError("DATABASE_URL can't be taken back: give another. Nothing was done.")
        return found

    def changed_lines(self, environment: Mapping[str, str]) -> list[str]:
        """Return a line for each given secret that changes, without its value."""
        return [
            f"{GIVEN[name]}: {'kept' if before else 'none'} → {'another' if value else 'none'}"
            for name, value in self.given(environment).items()
            if value != (before := self.read(name))
        ]

    def missing(self) -> list[str]:
        """Return the names of missing secrets that the next deployment needs."""
        return [name for name in (*GENERATED, REQUIRED) if not self.read(name)]

    def forget(self) -> None:
        """Remove every secret of the stage."""
        for name in (*GENERATED, *GIVEN):
            self._delete(name)

    def _delete(self, name: str) -> None:
        with ignoring("ParameterNotFound"):
            self.ssm.delete_parameter(Name=self.name_of(name))
