// The applications of these tests, and how they sign the user in.

import * as oidc from 'openid-client';

import { Person } from './person.mjs';

const needed = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
};

export const issuer = needed('SIGNET_ISSUER');
export const orders = process.env.SIGNET_ORDERS_API ?? 'https://api.orders.example';
export const person = new Person(issuer, needed('SIGNET_USERNAME'), needed('SIGNET_PASSWORD'));

const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code';

/** A website with a backend. */
export const WEBSITE = {
  client_name: 'Website',
  redirect_uris: ['https://website.example.org/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid profile email offline_access orders:read orders:write',
};

/** A program on the user's machine, without a secret and with a redirect to any loopback port. */
export const PROGRAM = {
  client_name: 'Program',
  application_type: 'native',
  redirect_uris: ['http://127.0.0.1/callback', 'org.example.program:/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  scope: 'openid profile offline_access orders:read',
};

/** A device without a browser. */
export const TELEVISION = {
  client_name: 'Television',
  application_type: 'native',
  grant_types: [DEVICE, 'refresh_token'],
  response_types: [],
  token_endpoint_auth_method: 'none',
  scope: 'openid profile offline_access',
};

// In production, ID tokens arrive over TLS, and the library skips their signature. Here it verifies it.
const options = () => ({
  execute: [oidc.enableNonRepudiationChecks, ...(issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [])],
});

const authentication = ({ token_endpoint_auth_method: method }) =>
  method === 'none' ? oidc.None() : oidc.ClientSecretBasic();

/** Registers an application by dynamic registration. */
export async function registered(metadata, how = authentication(metadata)) {
  return oidc.dynamicClientRegistration(new URL(issuer), metadata, how, options());
}

/** Registers an application, through the service if the server has no dynamic registration. */
export async function application(metadata, how = authentication(metadata)) {
  const helper = await service();
  if (helper.serverMetadata().registration_endpoint) return registered(metadata, how);
  const { access_token: token } = await oidc.clientCredentialsGrant(helper, { scope: 'signet:clients' });
  const answer = await fetch(new URL('/clients', issuer), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  const client = await answer.json();
  if (!answer.ok) throw new Error(`POST /clients: ${answer.status} ${JSON.stringify(client)}`);
  return oidc.discovery(new URL(issuer), client.client_id, client, how, options());
}

/** The service from the configuration, which acts on its own behalf; `secret` replaces its secret. */
export async function service(secret = needed('SIGNET_SERVICE_SECRET')) {
  const authentication = oidc.ClientSecretBasic(secret);
  return oidc.discovery(new URL(issuer), needed('SIGNET_SERVICE_ID'), undefined, authentication, options());
}

/** Sends the user to the server and back. Returns the redirect (or the posted form), and the checks for the response. */
export async function visited(config, scope, { redirectUri, parameters, ...walk } = {}) {
  const { redirect_uris: registered } = config.clientMetadata();
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    idTokenExpected: true,
  };
  const address = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri ?? registered[0],
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    // OpenID Connect Core §11: offline access requires consent.
    ...(scope.includes('offline_access') && { prompt: 'consent' }),
    ...parameters,
  });
  const { left, posted, page } = await person.walk(address, walk);
  if (posted) return { posted, checks };
  if (!left) throw new Error(`the login ended at ${page.url} (${page.status}): ${page.text()}`);
  return { left, checks };
}

/** Signs the user in and returns the tokens. */
export async function loggedIn(config, scope, redirectUri) {
  const { left, checks } = await visited(config, scope, { redirectUri });
  return oidc.authorizationCodeGrant(config, left, checks);
}
