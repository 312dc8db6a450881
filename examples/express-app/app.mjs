// A website with the button "Log in with Signet", built on express-openid-connect.
//
// Register it at http://127.0.0.1:8080/developer as a website with a backend, with the redirect URI
// http://127.0.0.1:3000/callback. On the page of the application, enter http://127.0.0.1:3000 as the URL after signing out,
// without a trailing slash, as the library sends it. Then run in this folder: npm ci, and
// CLIENT_ID=… CLIENT_SECRET=… node app.mjs

import { randomBytes } from 'node:crypto';
import express from 'express';
import openid from 'express-openid-connect';
import { page, listen } from './page.mjs';

const { ISSUER = 'http://127.0.0.1:8080', CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env;

/** Sessions in memory, so that back-channel logout can end them. With several processes, use a database. */
const kept = new Map();
const store = {
  get: (id, done) => done(null, kept.get(id)),
  set: (id, session, done) => done(null, kept.set(id, session)),
  destroy: (id, done) => done(null, kept.delete(id)),
};

const app = express();
const { baseURL, port } = listen();

// Adds /login, /callback, /logout and /backchannel-logout.
app.use(openid.auth({
  issuerBaseURL: ISSUER,
  baseURL,
  clientID: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  secret: SESSION_SECRET ?? randomBytes(32).toString('hex'),
  authRequired: false,
  // Authorization code with PKCE. Without this line the library requests an ID token through the browser, which Signet
  // rejects unless its configuration enables `implicit`.
  authorizationParams: { response_type: 'code', scope: 'openid profile email groups' },
  // /logout also signs out of Signet.
  idpLogout: true,
  // Signing out of Signet also signs out of this application, if http…/backchannel-logout is registered as
  // backchannel_logout_uri.
  session: { store },
  backchannelLogout: true,
}));

app.get('/', (request, response) => {
  response.send(request.oidc.isAuthenticated()
    ? page`<p>You are signed in.</p><p><a href="/profile">Profile</a> <a href="/logout">Log out</a></p>`
    : page`<p>You are signed out.</p><p><a href="/login">Log in with Signet</a></p>`);
});

app.get('/profile', openid.requiresAuth(), async (request, response) => {
  // The ID token identifies the user (`sub`); all other claims come from /userinfo.
  const person = await request.oidc.fetchUserInfo();
  response.send(page`<h1>${person.name}</h1><p>${person.email}</p><p>Groups: ${(person.groups ?? []).join(', ')}</p>
    <p><a href="/logout">Log out</a></p>`);
});

app.listen(port, '127.0.0.1', () => console.log(`listening on ${baseURL}`));
