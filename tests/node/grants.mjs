// What applications do with a running server, through the independent client library openid-client.
//
// Each part can be run alone by its name: `node grants.mjs code refresh`. The environment says where the server is and
// who takes part: SIGNET_ISSUER, SIGNET_USERNAME, SIGNET_PASSWORD, SIGNET_SERVICE_ID, SIGNET_SERVICE_SECRET.

import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';

import {
  PROGRAM, TELEVISION, WEBSITE, application, issuer, loggedIn, orders, person, registered, service, visited,
} from './applications.mjs';
import { OPENID_PARTS } from './openid.mjs';
import { expect, expectEqual, ok, refused } from './outcome.mjs';
import { RESOURCE_SERVER_PARTS } from './resource_server.mjs';

const seconds = (count) => new Promise((resolve) => setTimeout(resolve, count * 1000));

// How long a rotated refresh token still returns its successor, plus one second.
const OVERLAP_SECONDS = 11;

const PARTS = {
  /** RFC 7591 and RFC 7592. */
  async registration() {
    const website = await registered(WEBSITE);
    const { client_secret: secret, ...own } = website.clientMetadata();
    expect('a website registers itself and gets a secret', Boolean(secret), own);
    expectEqual('it is told what was registered', own.redirect_uris, WEBSITE.redirect_uris);
    expect('it is told where it manages its registration', own.registration_client_uri?.startsWith(`${issuer}/`), own);

    const program = await registered(PROGRAM);
    expectEqual('a program registers itself and gets no secret', program.clientMetadata().client_secret, undefined);

    await refused(
      'a redirect URI that a browser would run is refused',
      registered({ ...WEBSITE, redirect_uris: ['javascript:alert(1)'] }),
      'invalid_redirect_uri',
    );
    const greedy = await registered({ ...WEBSITE, scope: 'openid signet:admin' }).catch(({ error }) => error);
    const gained = greedy instanceof oidc.Configuration ? greedy.clientMetadata().scope : '';
    expect('nobody registers themselves as an administrator', !gained.includes('signet:admin'), gained);
    await managed(website);
  },

  /** RFC 6749 §4.1 with RFC 7636 and RFC 9207, OpenID Connect Core §3.1. */
  async code() {
    const website = await application(WEBSITE);
    const server = website.serverMetadata();
    expect('the server says that its answers name it', server.authorization_response_iss_parameter_supported, server);

    const { left, checks } = await visited(website, 'openid profile email orders:read');
    expectEqual('the answer names the server', left.searchParams.get('iss'), issuer);
    const forged = new URL(left);
    forged.searchParams.set('iss', 'https://attacker.example');
    await refused(
      'an answer of another server is not taken',
      oidc.authorizationCodeGrant(website, forged, checks),
      'OAUTH_INVALID_RESPONSE',
    );
    const tokens = await oidc.authorizationCodeGrant(website, left, checks);
    ok('a website redeems a code, and the ID token holds');

    const { sub } = tokens.claims();
    const userinfo = await oidc.fetchUserInfo(website, tokens.access_token, sub);
    expectEqual('userinfo says who it is', userinfo.preferred_username, person.username);
    const claims = await verifiedOffline(server, tokens.access_token);
    expect('an API verifies the access token by itself', claims.sub === sub && claims.iss === issuer, claims);
    await refused('a code works once', oidc.authorizationCodeGrant(website, left, checks), 'invalid_grant');

    const stolen = await visited(website, 'openid');
    stolen.checks.pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    await refused(
      'a code is of no use without the verifier',
      oidc.authorizationCodeGrant(website, stolen.left, stolen.checks),
      'invalid_grant',
    );
    const denied = await visited(website, 'openid email orders:write', { decision: 'deny' });
    await refused(
      'a person can say no',
      oidc.authorizationCodeGrant(website, denied.left, denied.checks),
      'access_denied',
    );

    const program = await application(PROGRAM);
    for (const redirectUri of ['http://127.0.0.1:49152/callback', 'org.example.program:/callback']) {
      const own = await loggedIn(program, 'openid profile', redirectUri);
      expectEqual(`a program logs in by ${redirectUri}`, own.claims().sub, sub);
    }
  },

  /** RFC 6749 §6, RFC 9700 §4.14. */
  async refresh() {
    const website = await application(WEBSITE);
    const kept = await loggedIn(website, 'openid profile offline_access orders:read');
    expect('a website gets a refresh token', Boolean(kept.refresh_token), Object.keys(kept));
    const again = await oidc.refreshTokenGrant(website, kept.refresh_token);
    expect('it gets another access token', again.access_token !== kept.access_token);
    const current = again.refresh_token ?? kept.refresh_token;
    const narrow = await oidc.refreshTokenGrant(website, current, { scope: 'openid' });
    expectEqual('it may ask for less', narrow.scope, 'openid');
    await refused(
      'it may not ask for more',
      oidc.refreshTokenGrant(website, narrow.refresh_token ?? current, { scope: 'openid orders:write' }),
      'invalid_scope',
    );

    const program = await application(PROGRAM);
    await refused(
      'a refresh token is of no use to another client',
      oidc.refreshTokenGrant(program, narrow.refresh_token ?? current),
      'invalid_grant',
    );
    const first = await loggedIn(program, 'openid profile offline_access');
    const second = await oidc.refreshTokenGrant(program, first.refresh_token);
    expect('a program’s refresh token rotates', ![undefined, first.refresh_token].includes(second.refresh_token));
    const repeated = await oidc.refreshTokenGrant(program, first.refresh_token);
    expectEqual('a lost answer can be asked for again', repeated.refresh_token, second.refresh_token);
    const third = await oidc.refreshTokenGrant(program, second.refresh_token);
    ok('the new refresh token works');
    const { sub } = first.claims();
    const { preferred_username: name } = await oidc.fetchUserInfo(program, third.access_token, sub);
    expectEqual('the new access token works', name, person.username);

    await seconds(OVERLAP_SECONDS);
    await refused(
      'an old refresh token is refused later',
      oidc.refreshTokenGrant(program, second.refresh_token),
      'invalid_grant',
    );
    await refused(
      'and whoever has the newest one has to log in again, since one of the two is a thief',
      oidc.refreshTokenGrant(program, third.refresh_token),
      'invalid_grant',
    );
  },

  /** RFC 6749 §4.4. */
  async service() {
    const own = await service();
    const tokens = await oidc.clientCredentialsGrant(own, { scope: 'orders:read' });
    expectEqual('a service gets what it asks for', tokens.scope ?? 'orders:read', 'orders:read');
    expectEqual('a service gets no refresh token', tokens.refresh_token, undefined);
    const claims = await verifiedOffline(own.serverMetadata(), tokens.access_token);
    expectEqual('an API verifies its access token by itself', claims.client_id, process.env.SIGNET_SERVICE_ID);
    const impostor = await service('not the secret');
    await refused('a wrong secret is refused', oidc.clientCredentialsGrant(impostor), 'invalid_client');
    await refused(
      'a service may not ask for more',
      oidc.clientCredentialsGrant(own, { scope: 'signet:admin' }),
      'invalid_scope',
    );
  },

  /** RFC 8628. */
  async device() {
    const television = await application(TELEVISION);
    const scope = 'openid profile offline_access';
    const begun = await oidc.initiateDeviceAuthorization(television, { scope });
    expect('a device gets a code to show', begun.user_code.length >= 8 && begun.interval > 0, begun);
    expectEqual('and the address to show', begun.verification_uri, `${issuer}/device`);
    await refused('it waits', polled(television, begun), 'authorization_pending');
    const { page } = await person.walk(begun.verification_uri, { typed: { user_code: begun.user_code } });
    expectEqual('a person enters the code and allows it', page?.status, 200);
    const tokens = await oidc.pollDeviceAuthorizationGrant(television, begun);
    const { preferred_username: name } = await oidc.fetchUserInfo(television, tokens.access_token, tokens.claims().sub);
    expectEqual('the device knows who it is', name, person.username);
    await refused('a device code works once', polled(television, begun), 'invalid_grant');
    const renewed = await oidc.refreshTokenGrant(television, tokens.refresh_token);
    expect('the device refreshes', renewed.access_token !== tokens.access_token);

    const unwanted = await oidc.initiateDeviceAuthorization(television, { scope });
    const complete = unwanted.verification_uri_complete;
    expect('an address with the code in it can be drawn', complete?.includes(unwanted.user_code), unwanted);
    await person.walk(complete, { typed: { user_code: unwanted.user_code }, decision: 'deny' });
    await refused(
      'a person can say no to a device',
      oidc.pollDeviceAuthorizationGrant(television, unwanted),
      'access_denied',
    );
    const misled = polled(television, { device_code: 'made-up' });
    await refused('a made-up device code is refused', misled, 'invalid_grant');
  },

  /** RFC 7662. */
  async introspection() {
    const [website, caller] = [await application(WEBSITE), await service()];
    const tokens = await loggedIn(website, 'openid profile orders:read');
    const content = await oidc.tokenIntrospection(caller, tokens.access_token);
    expect('an API learns that a token is active', content.active, content);
    expectEqual('whose it is', content.sub, tokens.claims().sub);
    expectEqual('and which application has it', content.client_id, website.clientMetadata().client_id);
    for (const path of ['/verify', '/introspect']) {
      const answer = await asService(path, { token: tokens.access_token });
      expectEqual(`${path} says the same`, (await answer.json()).jti, content.jti);
    }
    const unknown = await oidc.tokenIntrospection(caller, 'made-up');
    expectEqual('nothing is said of a made-up token', unknown, { active: false });
    const program = await application(PROGRAM);
    await refused(
      'who has no secret may not ask',
      oidc.tokenIntrospection(program, tokens.access_token),
      'invalid_client',
    );
  },

  /** RFC 7009. */
  async revocation() {
    const [website, caller] = [await application(WEBSITE), await service()];
    const tokens = await loggedIn(website, 'openid profile orders:read');
    await oidc.tokenRevocation(caller, tokens.access_token);
    expect('nobody revokes another’s token', (await oidc.tokenIntrospection(caller, tokens.access_token)).active);
    await oidc.tokenRevocation(website, tokens.access_token);
    await ended('a revoked access token is inactive', caller, tokens);
    await refused(
      'and opens nothing any more',
      oidc.fetchUserInfo(website, tokens.access_token, tokens.claims().sub),
      'invalid_token',
    );
    await oidc.tokenRevocation(website, 'made-up');
    ok('nothing is said of a made-up token');

    const program = await application(PROGRAM);
    if (!program.clientMetadata().grant_types?.includes('refresh_token')) return;
    const lasting = await loggedIn(program, 'openid offline_access');
    await oidc.tokenRevocation(program, lasting.refresh_token, { token_type_hint: 'refresh_token' });
    await ended('with a refresh token, its access token is revoked', caller, lasting);
    await refused(
      'a revoked refresh token is refused',
      oidc.refreshTokenGrant(program, lasting.refresh_token),
      'invalid_grant',
    );
  },
};

/** RFC 7592: reads, changes and deletes the registration of `config`. */
async function managed(config) {
  let own = config.clientMetadata();
  const manage = (method, { token = own.registration_access_token, body } = {}) =>
    fetch(own.registration_client_uri, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
  const read = await manage('GET');
  const seen = await read.json();
  expectEqual('an application reads its registration', [read.status, seen.client_id], [200, own.client_id]);
  // The server may return a new token with each response (§3).
  own = { ...own, ...seen };
  expectEqual('nobody else does', (await manage('GET', { token: 'made-up' })).status, 401);

  const told = ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at'];
  const wanted = Object.fromEntries(Object.entries(own).filter(([name]) => !told.includes(name)));
  const redirectUris = [...WEBSITE.redirect_uris, 'https://website.example.org/second'];
  const update = await manage('PUT', { body: { ...wanted, client_name: 'Renamed', redirect_uris: redirectUris } });
  const updated = await update.json();
  expectEqual(
    'an application changes its registration',
    [update.status, updated.client_name, updated.redirect_uris],
    [200, 'Renamed', redirectUris],
  );
  own = { ...own, ...updated };
  const later = new oidc.Configuration(config.serverMetadata(), own.client_id, own, oidc.ClientSecretBasic());
  if (issuer.startsWith('http:')) oidc.allowInsecureRequests(later);
  const unknown = await oidc.tokenIntrospection(later, 'made-up');
  expectEqual('its secret still works', unknown.active, false);
  const misplaced = await manage('PUT', { body: { ...wanted, client_id: 'another' } });
  expectEqual('an application keeps its identifier', misplaced.status, 400);

  expectEqual('an application deletes its registration', (await manage('DELETE')).status, 204);
  expectEqual('then its token is of no use', (await manage('GET')).status, 401);
  await refused('and its secret is not either', oidc.tokenIntrospection(later, 'made-up'), 'invalid_client');
}

/** Verifies a token like an API that knows only the issuer: RFC 9068 §4. */
async function verifiedOffline(server, token) {
  const request = new Request(orders, { headers: { authorization: `Bearer ${token}` } });
  return oauth.validateJwtAccessToken(server, request, orders, {
    [oauth.allowInsecureRequests]: issuer.startsWith('http:'),
  });
}

/** Polls once for the tokens of a device code. */
async function polled(config, { device_code: deviceCode }) {
  return oidc.genericGrantRequest(config, TELEVISION.grant_types[0], { device_code: deviceCode });
}

async function asService(path, form) {
  const { SIGNET_SERVICE_ID: id, SIGNET_SERVICE_SECRET: secret } = process.env;
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
  return fetch(new URL(path, issuer), { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
}

async function ended(what, caller, { access_token: token }) {
  expectEqual(what, await oidc.tokenIntrospection(caller, token), { active: false });
}

Object.assign(PARTS, OPENID_PARTS, RESOURCE_SERVER_PARTS);

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in PARTS));
if (unknown) {
  console.error(`There is no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
  try {
    await PARTS[name]();
  } catch (error) {
    console.error(`\n${name}: ${error.message}`);
    console.error(error.cause ?? error);
    process.exit(1);
  }
}
