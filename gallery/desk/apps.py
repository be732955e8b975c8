"""The admin app with our site in place of Django's."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin, whose default site is the desk."""

    default_site = "gallery.desk.site.Desk"
