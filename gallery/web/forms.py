"""Forms of the pages about photos, albums and notifications."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from gallery.albums.models import Album
from gallery.albums.tagging import MAX_TAGS, TagRefused, typed_tags
from gallery.albums.words import own_tags
from gallery.core.text_fields import CleanField
from gallery.notifications.models import Rhythm
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def form_page(request: HttpRequest, template: str, form: forms.BaseForm, **context: Any) -> HttpResponse:
    """Render a page with a form; its status is 422 if a value was refused."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, {"form": form, **context}, status=status)


class PhotoForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A photo's caption, alternative text and visibility."""

    class Meta:
        model = Photo
        fields: ClassVar[list[str]] = ["caption", "alt_text", "visibility"]
        field_classes: ClassVar[dict[str, Any]] = {"caption": CleanField, "alt_text": CleanField}
        labels: ClassVar[dict[str, Any]] = {
            "caption": _("Caption"),
            "alt_text": _("Alternative text"),
            "visibility": _("Visibility"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "alt_text": _("What the photo shows, for people who can't see it."),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "caption": forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
            "alt_text": forms.Textarea(attrs={"rows": 2, "maxlength": 500}),
        }


class AlbumForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """An album's title, description, visibility and order."""

    class Meta:
        model = Album
        fields: ClassVar[list[str]] = ["title", "description", "visibility", "order"]
        field_classes: ClassVar[dict[str, Any]] = {"title": CleanField, "description": CleanField}
        labels: ClassVar[dict[str, Any]] = {
            "title": _("Title"),
            "description": _("Description"),
            "visibility": _("Visibility"),
            "order": _("Order of the photos"),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "description": forms.Textarea(attrs={"rows": 3, "maxlength": 500})
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the order be left out."""
        super().__init__(*args, **kwargs)
        self.fields["order"].required = False

    def clean_order(self) -> str:
        """Return the order, as before if it was left out."""
        return str(self.cleaned_data["order"] or self.instance.order)


class PlaceForm(forms.Form):
    """A photo of an album, and where it goes: after another one, or to a position."""

    photo = forms.UUIDField()
    after = forms.UUIDField(required=False)
    position = forms.IntegerField(required=False, min_value=1, max_value=settings.PHOTOS_PER_ALBUM)


class OrganizeForm(forms.Form):
    """A photo's tags and albums."""

    tags = CleanField(
        label=_("Tags"),
        required=False,
        max_length=MAX_TAGS * 50,
        widget=forms.TextInput(attrs={"data-tags-input": True, "autocomplete": "off"}),
        help_text=_("Separate tags with commas, for example: harbor, blue hour"),
    )
    albums = forms.ModelMultipleChoiceField(
        label=_("Albums"),
        queryset=Album.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, photo: Photo) -> None:
        """Offer the owner's albums; the photo's tags and albums are filled in."""
        mine = Album.objects.filter(owner_id=photo.owner_id).select_related("owner").newest_first()
        initial = {
            "tags": ", ".join(own_tags(photo)),
            "albums": mine.filter(photos=photo),
        }
        super().__init__(data, initial=initial)
        field = self.fields["albums"]
        field.queryset = mine  # type: ignore[attr-defined]  # a ModelMultipleChoiceField

    def clean_tags(self) -> list[str]:
        """Return the cleaned tags."""
        try:
            return typed_tags(self.cleaned_data["tags"])
        except TagRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class RhythmForm(forms.Form):
    """How often to get email."""

    rhythm = forms.ChoiceField(
        label=_("How often"),
        label_suffix="",
        choices=Rhythm.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an option."),
            "invalid_choice": _("Choose one of the options."),
        },
    )
