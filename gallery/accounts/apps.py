"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, invitations and rate limits."""

    name = "gallery.accounts"
    label = "accounts"
