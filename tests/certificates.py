"""Certificates for tests that speak TLS on loopback: signed by themselves, valid for an hour."""

from __future__ import annotations

import datetime as dt
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(key: ec.EllipticCurvePrivateKey, host: str) -> x509.Certificate:
    """Return a certificate for a name or an address, which is its own authority."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = dt.datetime.now(dt.UTC)
    names: list[x509.GeneralName] = [x509.DNSName(host)]
    if host.replace(".", "").isdigit():
        names = [x509.IPAddress(ipaddress.ip_address(host))]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def chain(host: str) -> tuple[bytes, bytes, bytes]:
    """Return an authority, and the chain and key of a server with an issuer between, as public ones are."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    root = certificate(keys[0], "An authority")
    issuer = _signed(keys[1], "An issuer", root, keys[0], is_authority=True)
    server = _signed(keys[2], host, issuer, keys[1], is_authority=False)
    private = keys[2].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem(root), pem(server) + pem(issuer), private


def _signed(
    key: ec.EllipticCurvePrivateKey,
    name: str,
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))])
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def pem(made: x509.Certificate) -> bytes:
    """Return a certificate as servers read it."""
    return made.public_bytes(serialization.Encoding.PEM)


def server_pair(host: str) -> tuple[bytes, bytes]:
    """Return a new certificate and its private key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem(certificate(key, host)), private
