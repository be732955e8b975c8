"""QR codes, as SVG that stands in a page: no request, no inline style. The library is django-allauth's."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str) -> SafeString:
    """Return the QR code of a text."""
    # Imported here, because only a page with a code should pay for it.
    import qrcode  # noqa: PLC0415
    from qrcode.image.svg import SvgPathImage  # noqa: PLC0415

    image = qrcode.make(text, image_factory=SvgPathImage)
    drawn: str = image.to_string(encoding="unicode")
    return mark_safe(drawn)  # noqa: S308 - a path, without the text itself
