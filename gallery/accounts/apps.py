"""The accounts app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who own photos."""

    name = "gallery.accounts"
    label = "accounts"
