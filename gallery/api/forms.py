"""The form that creates a token."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.api.tokens import SCOPE_WORDS, Scope

LIFETIMES = ((30, _("30 days")), (90, _("90 days")), (366, _("1 year")))


class TokenForm(forms.Form):
    """Name, scopes and lifetime of a new token."""

    name = forms.CharField(label=_("Name"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(str(scope), words) for scope, words in SCOPE_WORDS.items()],
        initial=[str(Scope.READ), str(Scope.UPLOAD)],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label=_("Expires after"), choices=LIFETIMES, coerce=int, initial=90)
