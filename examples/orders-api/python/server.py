"""GET /orders for access tokens of a Signet server, verified offline.

pip install -r requirements.txt && python server.py
"""

import base64
import json
import os
import re
import threading
import time
import urllib.request
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import jwt

ISSUER = os.environ.get("ISSUER", "http://127.0.0.1:8080")
HOST, PORT = os.environ.get("LISTEN", "127.0.0.1:9000").split(":")
AUDIENCE = "https://api.orders.example"


class Refused(Exception):
    """The token is invalid."""


class Unknown(Exception):
    """The token cannot be verified now."""


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read(4 * 1024 * 1024)


class Keys(jwt.PyJWKClient):
    """PyJWKClient fetches for each unknown kid; this class fetches at most every 30 seconds."""

    fetched, known, lock = -1e9, None, threading.Lock()

    def fetch_data(self):
        with self.lock:
            if time.monotonic() - self.fetched >= 30:
                self.fetched = time.monotonic()
                self.known = super().fetch_data()
            if self.known is None:
                raise jwt.PyJWKClientConnectionError("the keys are not known")
            return self.known


metadata = json.loads(fetch(f"{ISSUER}/.well-known/oauth-authorization-server"))
assert metadata["issuer"] == ISSUER, f"the server calls itself {metadata['issuer']}"
keys = Keys(metadata["jwks_uri"], lifespan=300, timeout=5)


def signed(token, typ, **rules):
    """Verifies a JWT of this type against the server's keys and returns its claims."""
    key = keys.get_signing_key_from_jwt(token)
    # The key determines the algorithm, never the header.
    decoded = jwt.decode_complete(token, key, algorithms=[key.algorithm_name], leeway=30, **rules)
    # Often forgotten: the type, which excludes ID tokens.
    if decoded["header"].get("typ", "").lower().removeprefix("application/") != typ:
        raise Refused(f"typ is not {typ}")
    return decoded["payload"]


def verified(token):
    required = ["exp", "iat", "iss", "aud", "sub", "client_id", "jti"]
    # Often forgotten: the audience is this API.
    claims = signed(token, "at+jwt", audience=AUDIENCE, issuer=ISSUER, options={"require": required})
    if "cnf" in claims:
        raise Refused("the access token is bound to a key")
    if "status" in claims:
        in_force(claims["status"]["status_list"])
    return claims


# Token Status List: one bit for each token, fetched once per ttl, not per request.
lists, lists_lock = {}, threading.Lock()


def in_force(reference):
    index, uri = reference["idx"], reference["uri"]
    if type(index) is not int or index < 0 or urlsplit(uri)[:2] != urlsplit(ISSUER)[:2]:
        raise Refused("no status")
    bits, octets = status_list(uri)
    at = index * bits // 8
    if at >= len(octets):
        raise Refused("the access token has no status")
    if octets[at] >> (index * bits % 8) & (2**bits - 1):
        raise Refused("the access token was revoked")


def status_list(uri):
    with lists_lock:
        now, known = time.monotonic(), lists.get(uri)
        if known and now < known["until"]:
            return known["bits"], known["octets"]
        try:
            claims = signed(fetch(uri).decode(), "statuslist+jwt", options={"require": ["iat", "sub"]})
            bits = claims["status_list"]["bits"]
            if claims["sub"] != uri or claims.get("iss", ISSUER) != ISSUER or bits not in (1, 2, 4, 8):
                raise Refused("not the list that was asked for")
            # An older list would restore revoked tokens. A known list from the future is not compared: a clock was wrong.
            if known and claims["iat"] < known["iat"] <= time.time() + 30:
                raise Refused("the list is older than the known one")
            lst = claims["status_list"]["lst"]
            inflate = zlib.decompressobj()
            octets = inflate.decompress(base64.urlsafe_b64decode(lst + "=" * (-len(lst) % 4)), 2**21)
            if not inflate.eof:
                raise Refused("the list is cut or too long")
            known = {"bits": bits, "octets": octets, "iat": claims["iat"], "at": now, "until": now + claims.get("ttl", 60)}
            lists[uri] = known
        except Exception as cause:
            # This API tolerates an outage of ten minutes. Tokens known to be revoked stay revoked.
            if not known or now - known["at"] > 600:
                raise Unknown("the status list is not known") from cause
            known["until"] = now + 5
        return known["bits"], known["octets"]


class Orders(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/orders":
            return self.answer(404)
        bearer = re.fullmatch(r"(?i:Bearer) +([\w.~+/-]+=*)", self.headers.get("Authorization", ""), re.ASCII)
        if not bearer:
            return self.challenge(401, "")
        try:
            claims = verified(bearer[1])
        except (Unknown, jwt.PyJWKClientConnectionError) as unknown:
            # A token that cannot be verified now may be valid: 503, so that the client keeps it.
            self.log_error("%s", unknown)
            return self.answer(503, {"Retry-After": "5"})
        except (Refused, jwt.PyJWTError, KeyError, TypeError, AttributeError, ValueError) as refusal:
            self.log_error("%s", refusal)
            return self.challenge(401, ', error="invalid_token"')
        if "orders:read" not in claims.get("scope", "").split(" "):
            return self.challenge(403, ', error="insufficient_scope", scope="orders:read"')
        body = json.dumps({"customer": claims["sub"], "orders": ["sealing wax", "signet ring"]})
        self.answer(200, {"Content-Type": "application/json"}, body.encode())

    def challenge(self, status, error):
        self.answer(status, {"WWW-Authenticate": f'Bearer realm="orders"{error}'})

    def answer(self, status, headers=None, body=b""):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    print(f"http://{HOST}:{PORT}/orders", flush=True)
    ThreadingHTTPServer((HOST, int(PORT)), Orders).serve_forever()
