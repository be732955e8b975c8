"""The owner's pages of sharing: one album's links and people, and all that is shared."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import validate_email
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.albums.actions import LimitReached
from gallery.albums.models import Album
from gallery.batches.actions import MAX_PHOTOS
from gallery.core import reasons
from gallery.core.text_fields import CleanField
from gallery.photos.models import Photo
from gallery.presentation.qr import qr_svg
from gallery.presentation.tells import told_by
from gallery.sharing import actions, lending, receiving
from gallery.sharing.models import MAX_LABEL_LENGTH, MAX_VIEWS, Decision, Grant, Role
from gallery.web.batches import chosen_ids
from gallery.web.errors import own_path, refuse, wants_json
from gallery.web.forms import form_page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.typing import SignedInRequest

MOST_LISTED = 200
LEAST_PASSWORD = 8
KEEP, NEVER = "keep", "never"
DAYS = [
    ("7", gettext_lazy("In 7 days")),
    ("30", gettext_lazy("In 30 days")),
    ("90", gettext_lazy("In 90 days")),
    ("365", gettext_lazy("In a year")),
    (NEVER, gettext_lazy("Never")),
]


def _end_of(choice: str) -> datetime | None:
    return None if choice == NEVER else timezone.now() + timedelta(days=int(choice))


class GrantForm(forms.Form):
    """What every grant has."""

    role = forms.ChoiceField(label=gettext_lazy("They can"), choices=Role.choices, initial=Role.VIEW)
    ends = forms.ChoiceField(label=gettext_lazy("Ends"), choices=DAYS, initial="30")

    def choices(self) -> dict[str, Any]:
        """Return the choices as the actions take them."""
        values = dict(self.cleaned_data)
        return values | {"expires_at": _end_of(values.pop("ends"))}


def _password(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        min_length=LEAST_PASSWORD,
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class LinkForm(GrantForm):
    """A new link."""

    prefix = "link"
    label = CleanField(
        label=gettext_lazy("Who is it for? Only you see this (optional)"),
        max_length=MAX_LABEL_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    password = _password(gettext_lazy("Password (optional)"))
    max_views = forms.IntegerField(
        label=gettext_lazy("How often it can be opened (optional)"),
        required=False,
        min_value=1,
        max_value=MAX_VIEWS,
    )


class PersonForm(GrantForm):
    """A person to share with."""

    prefix = "person"
    name = CleanField(
        label=gettext_lazy("Username or email address"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    field_order = ("name", "role", "ends")

    def clean_name(self) -> str:
        """Return the name; an address must be one."""
        name = str(self.cleaned_data["name"])
        if "@" in name:
            validate_email(name)
        return name


class ChangeForm(forms.Form):
    """The end and the password of a grant."""

    ends = forms.ChoiceField(
        label=gettext_lazy("Ends"), choices=[(KEEP, gettext_lazy("As before")), *DAYS], initial=KEEP
    )
    password = _password(gettext_lazy("New password. Empty: as before"))
    no_password = forms.BooleanField(label=gettext_lazy("Remove the password"), required=False)

    def __init__(self, *args: Any, grant: Grant, **kwargs: Any) -> None:
        """Leave out what only links have."""
        super().__init__(*args, **kwargs)
        if not grant.is_link:
            del self.fields["password"]
        if not grant.password:
            del self.fields["no_password"]

    def changes(self) -> dict[str, Any]:
        """Return what changes, as the action takes it."""
        values, changes = self.cleaned_data, {}
        if values["ends"] != KEEP:
            changes["expires_at"] = _end_of(values["ends"])
        if values.get("password") or values.get("no_password"):
            changes["password"] = values["password"]
        return changes


def _own_grant(request: SignedInRequest, grant_id: UUID) -> Grant:
    mine = Grant.objects.given_by(request.user).select_related("album__owner", "person")
    return get_object_or_404(mine, pk=grant_id)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Share an album: make a link, which is shown once, or choose a person."""
    album = get_object_or_404(Album.objects.owned_by(request.user).select_related("owner"), pk=album_id)
    by_name = "by_name" in request.POST
    sent = request.POST if request.method == "POST" else None
    link_form, person_form = LinkForm(None if by_name else sent), PersonForm(sent if by_name else None)
    form: GrantForm = person_form if by_name else link_form
    made = None
    if sent is not None and form.is_valid():
        act = actions.share_with if by_name else actions.share_by_link
        try:
            made = act(request, album, **form.choices())
        except actions.Refused as refused:
            form.add_error(None, refused.reason.sentence)
        else:
            link_form, person_form = LinkForm(), PersonForm()
    context: dict[str, Any] = {
        "page_title": _("Share"),
        "album": album,
        "link_form": link_form,
        "person_form": person_form,
        "grants": Grant.objects.filter(album=album, ended_at=None)
        .select_related("person", "album")
        .order_by("-created_at"),
        "back": request.path,
        "most_photos": receiving.MOST_PHOTOS,
        "most_bytes": receiving.MOST_BYTES,
        "told": told_by(Photo.objects.shown_by_grants().filter(album_entries__album=album)),
    }
    if made:
        context |= {"made": made} | (_new_link(made.token) if made.token else {})
    return form_page(request, "sharing/share.html", form, **context)


@login_required
@require_POST
def share_selection(request: SignedInRequest) -> HttpResponse:
    """Put the chosen photos into an album of their own, and lead to where it is shared."""
    back = own_path(request.POST.get("next", "")) or reverse("my-photos")
    ids = chosen_ids(request)
    if len(ids) > MAX_PHOTOS:
        return refuse(request, reasons.TOO_MANY_CHOSEN, back=back)
    title = _("Shared on %(day)s") % {"day": date_format(timezone.localdate(), "DATE_FORMAT")}
    try:
        album = actions.gather(request.user, ids, title=title)
    except (actions.Refused, LimitReached) as refused:
        return refuse(request, refused.reason, back=back)
    url = reverse("album-share", args=[album.pk])
    return JsonResponse({"url": url}) if wants_json(request) else redirect(url)


def _new_link(token: str) -> dict[str, Any]:
    url = settings.SITE_ORIGIN + reverse("share-link", args=[token])
    return {"url": url, "qr": qr_svg(url)}


@login_required
@never_cache
@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Show all that the person shares, and all that is shared with them."""
    mine = Grant.objects.given_by(request.user).filter(ended_at=None).select_related("album", "person")
    theirs = Grant.objects.open().held_by(request.user).select_related("album__owner")
    grants = list(mine.order_by("-created_at")[: MOST_LISTED + 1])
    context = {
        "page_title": _("Sharing"),
        "grants": grants[:MOST_LISTED],
        "are_more": len(grants) > MOST_LISTED,
        "with_albums": True,
        "waiting": receiving.count_waiting(request.user)
        + lending.lent_to(request.user, Decision.WAITING).count(),
        "lends": lending.lent_by(request.user).exists(),
        "held": theirs.order_by("-created_at")[:MOST_LISTED],
        "back": request.path,
    }
    return render(request, "sharing/sharing.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: SignedInRequest, grant_id: UUID) -> HttpResponse:
    """Change when a grant ends, and a link's password."""
    grant = _own_grant(request, grant_id)
    form = ChangeForm(request.POST or None, grant=grant)
    if request.method == "POST" and form.is_valid():
        if actions.change(request, grant, **form.changes()):
            messages.success(request, _("Saved."))
        else:
            messages.warning(request, _("This ended already."))
        return redirect("album-share", grant.album_id)
    return form_page(request, "sharing/change.html", form, page_title=_("Change sharing"), grant=grant)


@login_required
@require_POST
def end(request: SignedInRequest, grant_id: UUID) -> HttpResponse:
    """End a grant."""
    grant = _own_grant(request, grant_id)
    actions.end(request, grant)
    messages.success(request, _("Ended. Pictures that are open somewhere stop loading within 15 minutes."))
    return redirect(own_path(request.POST.get("next", "")) or reverse("album-share", args=[grant.album_id]))


@login_required
@require_POST
def end_all(request: SignedInRequest) -> HttpResponse:
    """End all that the person shares."""
    count = actions.end_all(request, request.user)
    sentence = ngettext("%(count)s share ended.", "%(count)s shares ended.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("sharing")
