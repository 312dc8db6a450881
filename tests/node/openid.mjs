// The parts that OpenID Connect adds: responses through the browser, signing clients, and logout.

import * as oidc from 'openid-client';

import { WEBSITE, application, issuer, loggedIn, person, visited } from './applications.mjs';
import { expect, expectEqual, ok, refused } from './outcome.mjs';

const BYE = 'https://website.example.org/bye';

export const OPENID_PARTS = {
  /** OpenID Connect Core §3.3: a code and an ID token in the fragment. */
  async hybrid() {
    const grants = ['authorization_code', 'implicit', 'refresh_token'];
    const config = await application({ ...WEBSITE, grant_types: grants, response_types: ['code id_token'] });
    oidc.useCodeIdTokenResponseType(config);
    const { left, checks } = await visited(config, 'openid profile');
    expect('the answer is in the fragment', left.hash.includes('id_token=') && !left.search.includes('code='), left.href);
    const tokens = await oidc.authorizationCodeGrant(config, left, checks);
    ok('both ID tokens hold, c_hash and nonce among their claims');
    await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    ok('userinfo is of the same person');
  },

  /** OAuth 2.0 Form Post Response Mode. */
  async form_post() {
    const config = await application(WEBSITE);
    const { posted, checks } = await visited(config, 'openid profile', { parameters: { response_mode: 'form_post' } });
    expect('the answer is a form to the application', posted?.method === 'POST', posted);
    expectEqual('nothing stands in its address', new URL(posted.url).search, '');
    await oidc.authorizationCodeGrant(config, posted, checks);
    ok('the application redeems the code from the form');
  },

  /** RFC 7523, OpenID Connect Core §9. */
  async private_key_jwt() {
    const { publicKey, privateKey } = await keys();
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'own', alg: 'ES256', use: 'sig' };
    const metadata = { ...WEBSITE, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } };
    const config = await application(metadata, oidc.PrivateKeyJwt({ key: privateKey, kid: 'own' }));
    expectEqual('who signs gets no secret', config.clientMetadata().client_secret, undefined);
    const tokens = await loggedIn(config, 'openid profile offline_access');
    ok('a website that signs redeems a code');
    await oidc.refreshTokenGrant(config, tokens.refresh_token);
    ok('and refreshes');
    const stranger = await keys();
    const metadataOfOther = config.clientMetadata();
    const other = new oidc.Configuration(
      config.serverMetadata(), metadataOfOther.client_id, metadataOfOther,
      oidc.PrivateKeyJwt({ key: stranger.privateKey, kid: 'own' }),
    );
    if (issuer.startsWith('http:')) oidc.allowInsecureRequests(other);
    await refused('another key is refused', oidc.refreshTokenGrant(other, tokens.refresh_token), 'invalid_client');
  },

  /** OpenID Connect RP-Initiated Logout. */
  async logout() {
    const config = await application({ ...WEBSITE, post_logout_redirect_uris: [BYE] });
    const tokens = await loggedIn(config, 'openid profile');
    const address = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE, state: 'farewell',
    });
    const { left, page } = await person.walk(address);
    expectEqual('the person is signed out and sent back', left?.href, `${BYE}?state=farewell`, page?.text());
    const silent = await visited(config, 'openid profile', { parameters: { prompt: 'none' } });
    await refused(
      'nobody is signed in any more',
      oidc.authorizationCodeGrant(config, silent.left, silent.checks),
      'login_required',
    );
  },
};

const keys = () => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
