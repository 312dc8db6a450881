// An API protected by express-oauth2-jwt-bearer, an independent library that does not check status lists.

import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';
import * as oidc from 'openid-client';

import { WEBSITE, application, issuer, loggedIn, orders, service } from './applications.mjs';
import { expect, expectEqual } from './outcome.mjs';

export const RESOURCE_SERVER_PARTS = {
  /** RFC 9068 and RFC 6750, with a verifier that is configured with issuer and audience only. */
  async resource_server() {
    const config = await application(WEBSITE);
    const reader = await loggedIn(config, 'openid profile orders:read');
    const writer = await loggedIn(config, 'openid profile orders:write');
    const stranger = await oidc.clientCredentialsGrant(await service(), { scope: 'signet:clients' });

    for (const [name, options] of [
      ['two settings', {}],
      ['strict', { strict: true }],
      ['strict and for ES256 alone', { strict: true, tokenSigningAlg: 'ES256' }],
    ]) {
      const { get, close } = await served(auth({ issuerBaseURL: issuer, audience: orders, ...options }));
      const good = await get(reader.access_token);
      expectEqual(
        `${name}: an access token is accepted unchanged`,
        [good.status, good.body?.client_id],
        [200, config.clientMetadata().client_id],
      );
      expectEqual(`${name}: no token`, await get(), { status: 401, error: undefined });
      expectEqual(`${name}: not the scope`, await get(writer.access_token), { status: 403, error: 'insufficient_scope' });
      const [head, claims, signature] = reader.access_token.split('.');
      for (const [what, token] of [
        ['no JWT', 'garbage'],
        ['an ID token instead', reader.id_token],
        ['a token for another API', stranger.access_token],
        ['another signature', `${head}.${claims}.${[...signature].reverse().join('')}`],
        ['no signature', `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`],
      ]) {
        expectEqual(`${name}: ${what}`, await get(token), { status: 401, error: 'invalid_token' });
      }
      await close();
    }

    // Conversely, this server's tokens are rejected if another algorithm is required.
    const { get, close } = await served(auth({ issuerBaseURL: issuer, audience: orders, tokenSigningAlg: 'RS256' }));
    expectEqual('access tokens are signed with ES256', await get(reader.access_token), { status: 401, error: 'invalid_token' });
    await close();
    const { id_token_signing_alg_values_supported: algorithms } = config.serverMetadata();
    expect('the metadata name ES256, which the verifier goes by', algorithms.includes('ES256'), algorithms);
  },
};

/** An API behind `authenticated`: returns functions that send a token and that stop the API. */
async function served(authenticated) {
  const app = express();
  app.get('/orders', authenticated, requiredScopes('orders:read'), ({ auth: { payload } }, response) => response.json(payload));
  // Express logs every error by default.
  app.set('env', 'test');
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const get = async (token) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(`http://127.0.0.1:${server.address().port}/orders`, { headers });
    if (answer.ok) return { status: answer.status, body: await answer.json() };
    const [, error] = /error="([^"]*)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? [];
    return { status: answer.status, error };
  };
  const close = () => new Promise((resolve) => {
    server.closeAllConnections();
    server.close(resolve);
  });
  return { get, close };
}
