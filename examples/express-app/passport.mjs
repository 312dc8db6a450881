// The same website, built on Passport with passport-openidconnect: CLIENT_ID=… CLIENT_SECRET=… node passport.mjs
//
// That library (0.1.2) does not support PKCE, which Signet requires of every application that is not registered with
// `"require_pkce": false`. An administrator sets this: POST /clients, or [[clients]] in config.toml.

import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { page, listen } from './page.mjs';

const { ISSUER = 'http://127.0.0.1:8080', CLIENT_ID, CLIENT_SECRET, SESSION_SECRET } = process.env;
const { baseURL, port } = listen();

passport.use(new OpenIDConnectStrategy({
  issuer: ISSUER,
  authorizationURL: `${ISSUER}/authorize`,
  tokenURL: `${ISSUER}/token`,
  userInfoURL: `${ISSUER}/userinfo`,
  clientID: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  callbackURL: `${baseURL}/callback`,
  scope: 'profile email groups',
  // Name and e-mail address come from userInfoURL, which the library does not call by default.
  skipUserProfile: false,
}, (issuer, profile, context, idToken, done) => {
  done(null, { name: profile.displayName, email: profile.emails?.[0]?.value, idToken });
}));
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: SESSION_SECRET ?? randomBytes(32).toString('hex'), resave: false, saveUninitialized: false }));
app.use(passport.session());

app.get('/login', passport.authenticate('openidconnect'));
app.get('/callback', passport.authenticate('openidconnect', { successRedirect: '/', failureMessage: true }));

app.get('/', (request, response) => {
  const { user } = request;
  response.send(user
    ? page`<h1>${user.name}</h1><p>${user.email}</p><p><a href="/logout">Log out</a></p>`
    : page`<p>You are signed out.</p><p><a href="/login">Log in with Signet</a></p>`);
});

app.get('/logout', (request, response, next) => {
  const asked = { post_logout_redirect_uri: `${baseURL}/`, client_id: CLIENT_ID };
  if (request.user) asked.id_token_hint = request.user.idToken;
  request.logout((error) => {
    if (error) next(error);
    else response.redirect(303, `${ISSUER}/logout?${new URLSearchParams(asked)}`);
  });
});

app.listen(port, '127.0.0.1', () => console.log(`listening on ${baseURL}`));
