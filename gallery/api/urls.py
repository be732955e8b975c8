"""URLs of the API, its documentation and the token pages."""

from django.urls import path

from gallery.api import documentation, views
from gallery.api.api import api

urlpatterns = [
    path("api/v1/problems", documentation.problem_list, name="api-problems"),
    path("api/v1/", api.urls),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/revoke/", views.revoke_all, name="tokens-revoke-all"),
    path("me/tokens/<int:token_id>/revoke/", views.revoke, name="token-revoke"),
]
