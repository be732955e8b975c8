"""Why a photo could not be shown: stable codes, each with a sentence for people."""

from __future__ import annotations

from enum import StrEnum

from thumbworker.contract import imports


class Reason(StrEnum):
    """A stable reason code; the sentence for people is in ``SENTENCES``."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_PICTURE = "not_a_picture"
    VIDEO = "video"
    DOCUMENT = "document"
    VECTOR_DRAWING = "vector_drawing"
    CAMERA_RAW = "camera_raw"
    FORMAT_NOT_SUPPORTED = "format_not_supported"
    SAMPLES_NOT_SUPPORTED = "samples_not_supported"
    HEIC_NOT_READ = "heic_not_read"
    TOO_MANY_PIXELS = "too_many_pixels"
    DAMAGED = "damaged"
    TRUNCATED = "truncated"
    TOO_COSTLY = "too_costly"
    TOO_MANY_PARTS = "too_many_parts"
    TOOK_TOO_LONG = "took_too_long"
    DECODER_DIED = "decoder_died"


SENTENCES: dict[Reason, str] = {
    Reason.EMPTY: "This file is empty. Choose the picture again.",
    Reason.TOO_LARGE: "This file is larger than 50 MB. Save a smaller copy and upload that.",
    Reason.NOT_A_PICTURE: "This file is not a picture. Choose a JPEG, PNG, WebP, AVIF, GIF, HEIC or TIFF.",
    Reason.VIDEO: "This is a video. Choose a picture instead.",
    Reason.DOCUMENT: "This is a document. Export the page you want to show as JPEG or PNG.",
    Reason.VECTOR_DRAWING: "This is a vector drawing. Export it as PNG and upload that.",
    Reason.CAMERA_RAW: "This is a camera's raw file. Export it as JPEG and upload that.",
    Reason.FORMAT_NOT_SUPPORTED: (
        "We do not take this kind of picture. Save it as JPEG, PNG or WebP and upload that."
    ),
    Reason.SAMPLES_NOT_SUPPORTED: "This picture holds measurements, not colours. Save it with 8 or 16 bits.",
    Reason.HEIC_NOT_READ: "We do not read HEIC here. Save it as JPEG and upload that.",
    Reason.TOO_MANY_PIXELS: "This picture has more than 100 megapixels. Save a smaller copy and upload that.",
    Reason.DAMAGED: "We could not read this picture; it may be damaged. Upload it again from its source.",
    Reason.TRUNCATED: "The end of this picture is missing. Upload it again from its source.",
    Reason.TOO_COSTLY: "This picture takes more memory than we allow. Save it as a plain JPEG.",
    Reason.TOO_MANY_PARTS: "This picture is built in too many parts. Open it and save it again.",
    Reason.TOOK_TOO_LONG: "This picture took too long to read. Save it as a plain JPEG and upload that.",
    Reason.DECODER_DIED: "This picture stopped our reader. Save it as a plain JPEG and upload that.",
}


def sentence(code: str) -> str:
    """Return the sentence for a reason code, also for a code this version does not know."""
    try:
        return SENTENCES[Reason(code)]
    except ValueError:
        return imports.sentence(code) or "We could not read this picture."
