"""Why a photo could not be processed: stable codes, each with a sentence for people."""

from __future__ import annotations

from enum import StrEnum

from thumbworker.contract import imports
from thumbworker.contract.translation import gettext_noop


class Reason(StrEnum):
    """A stable reason code; the sentence for people is in ``SENTENCES``."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    VIDEO = "video"
    DOCUMENT = "document"
    VECTOR_DRAWING = "vector_drawing"
    CAMERA_RAW = "camera_raw"
    RAW_WITHOUT_PREVIEW = "raw_without_preview"
    FORMAT_NOT_SUPPORTED = "format_not_supported"
    SAMPLES_NOT_SUPPORTED = "samples_not_supported"
    HEIC_NOT_READ = "heic_not_read"
    TOO_LONG = "too_long"
    TOO_MANY_PIXELS = "too_many_pixels"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    TOO_COSTLY = "too_costly"
    TOO_MANY_PARTS = "too_many_parts"
    TOOK_TOO_LONG = "took_too_long"
    DECODER_DIED = "decoder_died"


SENTENCES: dict[Reason, str] = {
    Reason.EMPTY: gettext_noop("This file is empty. Choose another file."),
    Reason.TOO_LARGE: gettext_noop("This file is larger than 50 MB. Save a smaller copy and upload it."),
    Reason.NOT_A_PICTURE: gettext_noop(
        "This file isn't an image. Choose an image, such as JPEG, PNG, HEIC, TIFF, or camera raw."
    ),
    Reason.VIDEO: gettext_noop("Videos aren't supported. Choose an image."),
    Reason.DOCUMENT: gettext_noop(
        "Documents aren't supported. Export the page as JPEG or PNG and upload it."
    ),
    Reason.VECTOR_DRAWING: gettext_noop(
        "Vector drawings aren't supported. Export the drawing as PNG and upload that."
    ),
    Reason.CAMERA_RAW: gettext_noop(
        "This kind of camera raw file isn't supported. Export the photo as JPEG and upload that."
    ),
    Reason.RAW_WITHOUT_PREVIEW: gettext_noop(
        "This raw file contains no preview that we can show. Export the photo as JPEG and upload that."
    ),
    Reason.FORMAT_NOT_SUPPORTED: gettext_noop(
        "This image type isn't supported. Save it as JPEG, PNG, or WebP and upload it again."
    ),
    Reason.SAMPLES_NOT_SUPPORTED: gettext_noop(
        "This image type (scientific data) isn't supported. Save it with 8 or 16 bits and upload it again."
    ),
    Reason.HEIC_NOT_READ: gettext_noop(
        "HEIC isn't supported on this server. Save it as JPEG and upload it again."
    ),
    Reason.TOO_LONG: gettext_noop(
        "This image is longer than 65,535 pixels on one side. Cut it into parts and upload those."
    ),
    Reason.TOO_MANY_PIXELS: gettext_noop(
        "This image has more than 300 megapixels. Save a smaller copy and upload it."
    ),
    Reason.DAMAGED: gettext_noop("This image may be damaged. Upload it again from its source."),
    Reason.TRUNCATED: gettext_noop("This image is incomplete. Upload it again from its source."),
    Reason.TOO_COSTLY: gettext_noop("This image needs too much memory. Save it as JPEG and upload it again."),
    Reason.TOO_MANY_PARTS: gettext_noop("This image is too complex. Save it as JPEG and upload it again."),
    Reason.TOOK_TOO_LONG: gettext_noop(
        "This image took too long to process. Save it as JPEG and upload it again."
    ),
    Reason.DECODER_DIED: gettext_noop("We couldn't process this image. Save it as JPEG and upload it again."),
}
UNKNOWN_REASON = gettext_noop("We couldn't process this image.")
"""The sentence for a code that another version wrote."""


def sentence(code: str) -> str:
    """Return the sentence for a reason code of a photo or an import; ``UNKNOWN_REASON`` for any other."""
    try:
        return SENTENCES[Reason(code)]
    except ValueError:
        return imports.sentence(code) or UNKNOWN_REASON
