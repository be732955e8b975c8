"""Cameras and lenses by one name each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NAME_LENGTH = 200


def camera_name(metadata: Mapping[str, Any]) -> str:
    """Return the camera's name, or "" if the file names none.

    >>> camera_name({"make": "NIKON CORPORATION", "model": "NIKON D750"})
    'NIKON D750'
    """
    return _name(metadata, "make", "model")


def lens_name(metadata: Mapping[str, Any]) -> str:
    """Return the lens's name, or "" if the file names none."""
    return _name(metadata, "lens_make", "lens_model")


def _name(metadata: Mapping[str, Any], maker: str, name: str) -> str:
    make, model = str(metadata.get(maker, "")), str(metadata.get(name, ""))
    # Most model names start with the maker's name.
    known = bool(make) and model.lower().startswith(make.partition(" ")[0].lower())
    return (model if known else f"{make} {model}".strip())[:MAX_NAME_LENGTH]
