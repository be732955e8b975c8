"""Forms of the photo pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from gallery.photos.models import Photo
from gallery.photos.states import Visibility


class PhotoForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The words of a photo and who may see it."""

    class Meta:
        model = Photo
        fields: ClassVar[list[str]] = ["caption", "visibility"]
        widgets: ClassVar[dict[str, Any]] = {"caption": forms.Textarea(attrs={"rows": 3, "maxlength": 500})}


class MultipleFileInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class PlainUploadForm(forms.Form):
    """The upload form that works without JavaScript; its files are read from the request."""

    file = forms.FileField(
        widget=MultipleFileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/gif,image/avif,image/tiff"}
        ),
        required=False,
    )
    visibility = forms.ChoiceField(choices=Visibility.choices, initial=Visibility.PUBLIC, required=False)
