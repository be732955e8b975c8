"""The form that makes a token."""

from __future__ import annotations

from django import forms

from gallery.api.tokens import SCOPE_WORDS, Scope

LIFETIMES = ((30, "30 days"), (90, "90 days"), (366, "1 year"))


class TokenForm(forms.Form):
    """What a new token is for."""

    name = forms.CharField(label="What is it for?", max_length=60)
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(str(scope), words) for scope, words in SCOPE_WORDS.items()],
        initial=[str(Scope.READ), str(Scope.UPLOAD)],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label="It ends after", choices=LIFETIMES, coerce=int, initial=90)
