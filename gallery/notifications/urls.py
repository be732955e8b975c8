"""Addresses of mails about one's photos, and of what other systems are told."""

from django.urls import path

from gallery.notifications import views

urlpatterns = [
    path("me/notifications/", views.preferences, name="notifications"),
    path("mail/stop/<str:token>/", views.stop, name="notifications-stop"),
    path("news/photo-1.schema.json", views.news_schema, name="news-schema"),
]
