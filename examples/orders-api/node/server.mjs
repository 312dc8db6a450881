// GET /orders for access tokens of a Signet server, verified offline: npm install && npm start
import { createServer } from 'node:http';
import { inflateSync } from 'node:zlib';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const issuer = process.env.ISSUER ?? 'http://127.0.0.1:8080';
const [host, port] = (process.env.LISTEN ?? '127.0.0.1:9000').split(':');

const metadata = await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
if (metadata.issuer !== issuer) throw new Error(`the server calls itself ${metadata.issuer}`);

// Cached for 5 minutes. An unknown kid triggers another fetch, at most every 30 seconds.
const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { cacheMaxAge: 300_000, cooldownDuration: 30_000 });
const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'];

class Unknown extends Error {}
class Refused extends Error {}

async function verified(token) {
  const { payload } = await jwtVerify(token, keys, {
    issuer,
    algorithms,
    audience: 'https://api.orders.example', // Often forgotten: the audience of this API,
    typ: 'at+jwt', //                          and the type, which excludes ID tokens.
    requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
    clockTolerance: 30,
  });
  if (payload.cnf !== undefined) throw new Refused('the access token is bound to a key');
  if (payload.status !== undefined) await inForce(payload.status.status_list ?? {});
  return payload;
}

// Token Status List: one bit for each token, fetched once per ttl, not per request.
const lists = new Map();

async function inForce({ idx, uri }) {
  if (!Number.isInteger(idx) || idx < 0 || new URL(uri).origin !== new URL(issuer).origin) throw new Refused('no status');
  const { bits, bytes } = await list(uri);
  const at = Math.floor((idx * bits) / 8);
  if (at >= bytes.length) throw new Refused('the access token has no status');
  if ((bytes[at] >> ((idx * bits) % 8)) & (2 ** bits - 1)) throw new Refused('the access token was revoked');
}

async function list(uri) {
  // A monotonic clock: if the wall clock were set back, an old list would stay valid for longer.
  const now = performance.now();
  const known = lists.get(uri);
  if (known && now < known.until) return known;
  try {
    const answer = await fetch(uri, { signal: AbortSignal.timeout(5000), redirect: 'error' });
    if (!answer.ok) throw new Error(`${uri} answered ${answer.status}`);
    const { payload } = await jwtVerify(await answer.text(), keys, {
      algorithms,
      subject: uri,
      typ: 'statuslist+jwt',
      requiredClaims: ['iat'],
      clockTolerance: 30,
    });
    const latest = Date.now() / 1000 + 30;
    if (payload.iat > latest) throw new Error('a list from the future');
    // An older list would restore revoked tokens. A known list from the future is not compared: a clock was wrong.
    if (known && payload.iat < known.iat && known.iat <= latest) throw new Error('a list older than the known one');
    if (payload.iss !== undefined && payload.iss !== issuer) throw new Error('a list of another issuer');
    const { bits, lst } = payload.status_list;
    if (![1, 2, 4, 8].includes(bits)) throw new Error('bits');
    const bytes = inflateSync(Buffer.from(lst, 'base64url'), { maxOutputLength: 2 ** 21 });
    const fetched = { bits, bytes, iat: payload.iat, at: now, until: now + (payload.ttl ?? 60) * 1000 };
    lists.set(uri, fetched);
    return fetched;
  } catch (cause) {
    // This API tolerates an outage of ten minutes. Tokens known to be revoked stay revoked.
    if (!known || now - known.at > 600_000) throw new Unknown('the status list is not known', { cause });
    known.until = now + 5000;
    return known;
  }
}

createServer(async (request, response) => {
  const challenge = (status, error) =>
    response.writeHead(status, { 'WWW-Authenticate': `Bearer realm="orders"${error}` }).end();
  if (request.method !== 'GET' || request.url !== '/orders') return response.writeHead(404).end();
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (!token) return challenge(401, '');
  try {
    const claims = await verified(token);
    if (!(claims.scope ?? '').split(' ').includes('orders:read')) {
      return challenge(403, ', error="insufficient_scope", scope="orders:read"');
    }
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ customer: claims.sub, orders: ['sealing wax', 'signet ring'] }));
  } catch (error) {
    // A token that cannot be verified now may be valid: 503, so that the client keeps it.
    const refused = error instanceof Refused || (/^ERR_JW/.test(error.code) && error.code !== 'ERR_JWKS_TIMEOUT');
    console.error(error.message);
    if (refused) return challenge(401, ', error="invalid_token"');
    response.writeHead(503, { 'Retry-After': '5' }).end();
  }
}).listen(Number(port), host, () => console.log(`http://${host}:${port}/orders`));
