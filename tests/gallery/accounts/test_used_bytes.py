"""What a person uses is counted by the database alone, whoever saves their row meanwhile."""

from __future__ import annotations

import pytest
from django.contrib.auth.forms import SetPasswordForm
from django.db import DatabaseError, transaction
from django.db.models import F

from gallery.accounts.models import User

NEW = "another-fine-horse"

pytestmark = pytest.mark.django_db


def test_a_new_password_does_not_undo_a_reservation_made_meanwhile(alice: User) -> None:
    form = SetPasswordForm(alice, {"new_password1": NEW, "new_password2": NEW})
    assert form.is_valid()
    User.objects.filter(pk=alice.pk).update(used_bytes=F("used_bytes") + 1000)
    form.save()
    alice.refresh_from_db()
    assert alice.used_bytes == 1000
    assert alice.check_password(NEW)


def test_a_password_saved_late_brings_no_deleted_account_back(alice: User) -> None:
    form = SetPasswordForm(alice, {"new_password1": NEW, "new_password2": NEW})
    assert form.is_valid()
    User.objects.filter(pk=alice.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        form.save()
    assert not User.objects.filter(username="alice").exists()
