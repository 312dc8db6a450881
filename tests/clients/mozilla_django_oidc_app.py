"""A Django site that signs users in with mozilla-django-oidc, with default settings and OIDC_RP_SIGN_ALGO=RS256."""

import json
import os
import urllib.request

from django_site import configure, home, serve

with urllib.request.urlopen(os.environ["ISSUER"] + "/.well-known/openid-configuration") as answer:
    metadata = json.load(answer)

configure(
    INSTALLED_APPS=["mozilla_django_oidc"],
    AUTHENTICATION_BACKENDS=["mozilla_django_oidc.auth.OIDCAuthenticationBackend"],
    OIDC_RP_CLIENT_ID=os.environ["CLIENT_ID"],
    OIDC_RP_CLIENT_SECRET=os.environ["CLIENT_SECRET"],
    OIDC_RP_SIGN_ALGO="RS256",
    OIDC_OP_AUTHORIZATION_ENDPOINT=metadata["authorization_endpoint"],
    OIDC_OP_TOKEN_ENDPOINT=metadata["token_endpoint"],
    OIDC_OP_USER_ENDPOINT=metadata["userinfo_endpoint"],
    OIDC_OP_JWKS_ENDPOINT=metadata["jwks_uri"],
)

from django.urls import include, path  # noqa: E402
from django.shortcuts import redirect  # noqa: E402

urlpatterns = [
    path("", home),
    path("login", lambda request: redirect("oidc_authentication_init")),
    path("oidc/", include("mozilla_django_oidc.urls")),
]

if __name__ == "__main__":
    serve()
