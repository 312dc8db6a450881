// A website with the button "Log in with Signet", built on express-openid-connect.
//
// Register it at http://127.0.0.1:8080/developer as a website with a backend, with the redirect URI
// http://127.0.0.1:3000/callback. On its own page there, enter http://127.0.0.1:3000 as the address after signing out:
// without a slash at the end, as the library sends it. Then, in this folder: npm ci, and
// CLIENT_ID=… CLIENT_SECRET=… node app.mjs

import { randomBytes } from 'node:crypto';
import express from 'express';
import openid from 'express-openid-connect';
import { page, listen } from './page.mjs';

const { ISSUER = 'http://127.0.0.1:8080', CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env;

/** Sessions in memory, so that one can be ended from outside; take a database where there is more than one process. */
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
  // An authorization code with PKCE. Without this line the library asks for an ID token through the browser, which Signet
  // refuses unless whoever runs it turns `implicit` on.
  authorizationParams: { response_type: 'code', scope: 'openid profile email groups' },
  // /logout signs out at Signet too.
  idpLogout: true,
  // Signing out at Signet, or elsewhere through it, signs out here too, if http…/backchannel-logout is registered as
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
  // The ID token says who it is (`sub`); what else is known of the person is told at /userinfo.
  const person = await request.oidc.fetchUserInfo();
  response.send(page`<h1>${person.name}</h1><p>${person.email}</p><p>Groups: ${(person.groups ?? []).join(', ')}</p>
    <p><a href="/logout">Log out</a></p>`);
});

app.listen(port, '127.0.0.1', () => console.log(`listening on ${baseURL}`));
