"""The one choice there is."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.notifications.models import Rhythm


class RhythmForm(forms.Form):
    """How often to be told."""

    rhythm = forms.ChoiceField(
        label=_("How often"),
        label_suffix="",
        choices=Rhythm.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one of these.")},
    )
