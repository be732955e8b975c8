"""Forms of the pages about photos, albums and notifications."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.albums.models import Album
from gallery.albums.tagging import MAX_TAGS, TagRefused, clean_tags, tags_of
from gallery.notifications.models import Rhythm
from gallery.photos.models import Photo


class PhotoForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The words of a photo and who may see it."""

    class Meta:
        model = Photo
        fields: ClassVar[list[str]] = ["caption", "visibility"]
        widgets: ClassVar[dict[str, Any]] = {"caption": forms.Textarea(attrs={"rows": 3, "maxlength": 500})}


class AlbumForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The words of an album and who may see it."""

    class Meta:
        model = Album
        fields: ClassVar[list[str]] = ["title", "description", "visibility"]
        widgets: ClassVar[dict[str, Any]] = {
            "description": forms.Textarea(attrs={"rows": 3, "maxlength": 500})
        }


class OrganizeForm(forms.Form):
    """A photo's tags and albums."""

    tags = forms.CharField(
        required=False,
        max_length=MAX_TAGS * 50,
        help_text="Words with commas between them, such as: harbour, blue hour",
    )
    albums = forms.ModelMultipleChoiceField(
        queryset=Album.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, photo: Photo) -> None:
        """Offer the owner's albums, and what the photo has already."""
        mine = Album.objects.filter(owner_id=photo.owner_id).select_related("owner").newest_first()
        initial = {
            "tags": ", ".join(tags_of([photo.pk]).get(photo.pk, [])),
            "albums": mine.filter(photos=photo),
        }
        super().__init__(data, initial=initial)
        field = self.fields["albums"]
        field.queryset = mine  # type: ignore[attr-defined]  # a ModelMultipleChoiceField

    def clean_tags(self) -> list[str]:
        """Return the cleaned tags."""
        try:
            return clean_tags(word for word in self.cleaned_data["tags"].split(",") if word.strip())
        except TagRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class RhythmForm(forms.Form):
    """How often to be told."""

    rhythm = forms.ChoiceField(
        label=_("How often"),
        label_suffix="",
        choices=Rhythm.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )
