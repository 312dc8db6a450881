"""A user with a browser: opens an application, signs in to the server, allows the application, and returns.

    person.py ADDRESS [ADDRESS]    prints the response of the application at the last address

It stores cookies, follows redirects, and fills in forms. ISSUER, USERNAME and PASSWORD name the server and the user.
"""

import http.cookiejar
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser

ISSUER = os.environ["ISSUER"]


class Forms(HTMLParser):
    """The forms of a page: their action, hidden fields, inputs and buttons."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.found.append({"action": attributes.get("action", ""), "sent": [], "typed": set(), "buttons": []})
        elif self.found and tag == "input":
            kind, name, value = (attributes.get(name, "") for name in ("type", "name", "value"))
            if kind == "hidden" or (kind == "checkbox" and "checked" in attributes):
                self.found[-1]["sent"].append((name, value or "on"))
            elif kind not in ("checkbox", "radio", "submit"):
                self.found[-1]["typed"].add(name)
        elif self.found and tag == "button":
            self.found[-1]["buttons"].append((attributes.get("name"), attributes.get("value")))


class Browser:
    def __init__(self):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def load(self, url, form=None, origin=None):
        """Follows redirects and returns the final URL and the page."""
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        request = urllib.request.Request(url, data=data, headers={"Accept": "text/html"})
        if form is not None:
            request.add_header("Origin", origin)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.geturl(), answer.read().decode()
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{error.code} at {error.geturl()}:\n{error.read().decode()}") from error

    def walk(self, url):
        """Opens a URL and completes the forms until the application responds."""
        url, page = self.load(url)
        done = set()
        while True:
            form, what, more = answer(page)
            if form is None and not url.startswith(ISSUER + "/"):
                return page
            if form is None or what in done:
                raise SystemExit(f"stuck at {url} ({what}):\n{page}")
            done.add(what)
            origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(url))
            url, page = self.load(urllib.parse.urljoin(url, form["action"]), form["sent"] + more, origin)


def answer(page):
    """The form to submit, its purpose, and the values that the user enters."""
    for form in Forms(page).found:
        if {"username", "password"} <= form["typed"]:
            credentials = [("username", os.environ["USERNAME"]), ("password", os.environ["PASSWORD"])]
            return form, "sign in", credentials
        if ("decision", "allow") in form["buttons"]:
            return form, "allow", [("decision", "allow")]
        if ("login", "oidc") in form["buttons"]:
            return form, "log in", []
    return None, "no form", []


browser = Browser()
for address in sys.argv[1:]:
    last = browser.walk(address)
print(last)
