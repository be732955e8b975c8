"""The form that creates a token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.accounts.staff_mfa import may_act_by_token
from gallery.api.tokens import SCOPE_WORDS, Scope
from gallery.core import reasons
from gallery.core.text_fields import CleanField

if TYPE_CHECKING:
    from gallery.accounts.models import User

LIFETIMES = ((30, _("30 days")), (90, _("90 days")), (366, _("1 year")))


class TokenForm(forms.Form):
    """Name, scopes and lifetime of a new token."""

    name = CleanField(label=_("Name"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(str(scope), words) for scope, words in SCOPE_WORDS.items()],
        initial=[str(Scope.READ), str(Scope.UPLOAD)],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(label=_("Expires after"), choices=LIFETIMES, coerce=int, initial=90)

    def __init__(self, data: Any = None, *, user: User) -> None:
        """Offer the scope ``moderate`` to staff only."""
        super().__init__(data)
        self.user = user
        if not user.is_staff and not self.is_bound:
            others = [(str(scope), words) for scope, words in SCOPE_WORDS.items() if scope != Scope.MODERATE]
            self.fields["scopes"].choices = others  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean_scopes(self) -> list[str]:
        """Return the scopes; ``moderate`` needs what is demanded of staff."""
        scopes: list[str] = self.cleaned_data["scopes"]
        if Scope.MODERATE in scopes and not may_act_by_token(self.user):
            raise forms.ValidationError(
                reasons.SECOND_STEP_MISSING.sentence, code=reasons.SECOND_STEP_MISSING.code
            )
        return scopes
