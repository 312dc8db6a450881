"""A Django site that signs users in with the OpenID Connect backend of social-core, with default settings."""

import os

from django_site import configure, home, serve

configure(
    INSTALLED_APPS=["social_django"],
    AUTHENTICATION_BACKENDS=["social_core.backends.open_id_connect.OpenIdConnectAuth"],
    SOCIAL_AUTH_OIDC_OIDC_ENDPOINT=os.environ["ISSUER"],
    SOCIAL_AUTH_OIDC_KEY=os.environ["CLIENT_ID"],
    SOCIAL_AUTH_OIDC_SECRET=os.environ["CLIENT_SECRET"],
)

from django.http import HttpResponse  # noqa: E402
from django.middleware.csrf import get_token  # noqa: E402
from django.urls import include, path, reverse  # noqa: E402


def login(request):
    """Shows a button, since the library starts a login only by POST."""
    return HttpResponse(
        f'<form method="post" action="{reverse("social:begin", args=["oidc"])}">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'
        '<button name="login" value="oidc">Log in</button></form>'
    )


urlpatterns = [
    path("", home),
    path("login", login),
    path("", include("social_django.urls", namespace="social")),
]

if __name__ == "__main__":
    serve()
