"""``used_bytes`` is changed by uploads only; saving a form must not overwrite it."""

from __future__ import annotations

import pytest
from django.contrib.auth.forms import SetPasswordForm
from django.db import DatabaseError, transaction
from django.db.models import F

from gallery.accounts.models import User

NEW = "another-fine-horse"

pytestmark = pytest.mark.django_db


def test_save__keeps_a_concurrent_reservation(alice: User) -> None:
    form = SetPasswordForm(alice, {"new_password1": NEW, "new_password2": NEW})
    assert form.is_valid()
    User.objects.filter(pk=alice.pk).update(used_bytes=F("used_bytes") + 1000)
    form.save()
    alice.refresh_from_db()
    assert alice.used_bytes == 1000
    assert alice.check_password(NEW)


def test_save__does_not_recreate_a_deleted_account(alice: User) -> None:
    form = SetPasswordForm(alice, {"new_password1": NEW, "new_password2": NEW})
    assert form.is_valid()
    User.objects.filter(pk=alice.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        form.save()
    assert not User.objects.filter(username="alice").exists()
