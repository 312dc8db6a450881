"""A Flask application that signs users in with Authlib, as in its documentation, with default settings."""

import os

from authlib.integrations.flask_client import OAuth
from flask import Flask, jsonify, redirect, session, url_for

app = Flask(__name__)
app.secret_key = os.urandom(16)
oauth = OAuth(app)
oauth.register(
    "signet",
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=os.environ["ISSUER"] + "/.well-known/openid-configuration",
    client_kwargs={"scope": "openid email profile"},
)


@app.route("/login")
def login():
    return oauth.signet.authorize_redirect(url_for("callback", _external=True))


@app.route("/callback")
def callback():
    token = oauth.signet.authorize_access_token()
    # The ID token is verified. E-mail address and name come from the UserInfo endpoint.
    session["person"] = {**token["userinfo"], **oauth.signet.userinfo(token=token)}
    return redirect("/")


@app.route("/")
def home():
    return jsonify(session.get("person", {}))


app.run(host="127.0.0.1", port=int(os.environ["PORT"]))
