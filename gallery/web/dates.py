"""The date of a photo: its owner corrects it, or goes back to the file's own."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from gallery.photos.dates import Date, date_of_photo, date_said, offset_text, set_date
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest

# Those that are in use and are no whole hours.
PARTS_OF_HOURS = (-9.5, -3.5, 3.5, 4.5, 5.5, 5.75, 6.5, 8.75, 9.5, 10.5, 12.75)
HOURS = sorted([*range(-12, 15), *PARTS_OF_HOURS])
INVALID_DATE = gettext_lazy("Choose a date and a time between 1800 and 2199.")


def offsets(current: str) -> list[tuple[str, str]]:
    """Return the choices of an offset from UTC, with the one that a photo has."""
    known = [offset_text(timedelta(hours=hours)) for hours in HOURS]
    if current and current not in known:
        known.append(current)
    return [("", _("Unknown")), *((each, _("UTC%(offset)s") % {"offset": each}) for each in known)]


class DateForm(forms.Form):
    """A wall clock, and its offset from UTC if that is known."""

    wall = forms.CharField(label=gettext_lazy("Date and time"), max_length=40)

    def __init__(self, data: Any = None, *, date: Date | None) -> None:
        """Show the date that counts now."""
        offset = date.offset_text if date else ""
        is_fine = bool(date and date.wall.microsecond)
        wall = date.wall.isoformat(timespec="milliseconds" if is_fine else "seconds") if date else ""
        super().__init__(data, initial={"wall": wall, "offset": offset})
        self.fields["wall"].widget = forms.TextInput(
            attrs={
                "type": "datetime-local",
                "step": "0.001" if is_fine else "1",
                "max": "2199-12-31T23:59:59",
            }
        )
        self.fields["offset"] = forms.ChoiceField(
            label=_("Time zone"), required=False, choices=offsets(offset)
        )

    def clean(self) -> dict[str, Any]:
        """Return the date."""
        values = super().clean() or {}
        try:
            date = date_said(values.get("wall", "").replace(" ", "T"), values.get("offset", ""))
        except ValueError:
            raise forms.ValidationError(INVALID_DATE) from None
        return values | {"date": date}


def date_form(photo: Photo, data: Any = None) -> DateForm:
    """Return the form of a photo's date."""
    return DateForm(data, date=date_of_photo(photo))


@login_required
@require_POST
def change_date(request: SignedInRequest, photo_id: UUID) -> HttpResponse:
    """Set the date of a photo, or go back to the file's own."""
    found = get_object_or_404(Photo.objects.owned_by(request.user), pk=photo_id)
    date = None
    if "own" not in request.POST:
        form = date_form(found, request.POST)
        if not form.is_valid():
            messages.warning(request, str(INVALID_DATE))
            return redirect(f"{found.get_absolute_url()}#date")
        date = form.cleaned_data["date"]
    outcome, _before = set_date(found.pk, date)
    messages.add_message(request, messages.SUCCESS if outcome.is_done else messages.WARNING, outcome.sentence)
    return redirect(f"{found.get_absolute_url()}#date")
