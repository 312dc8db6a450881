// A user with a browser: stores cookies, follows redirects, fills in forms and presses buttons.

/** A page as the user sees it. */
class Page {
  constructor(url, status, html) {
    this.url = url;
    this.status = status;
    this.html = html;
  }

  /** The forms of the page: their action, hidden fields, inputs and buttons. */
  forms() {
    return [...this.html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, head, inside]) => {
      const inputs = [...inside.matchAll(/<input\b([^>]*)>/gs)].map(([, text]) => attributes(text));
      const buttons = [...inside.matchAll(/<button\b([^>]*)>/gs)].map(([, text]) => attributes(text));
      const isSent = ({ type, checked }) => type === 'hidden' || (type === 'checkbox' && checked !== undefined);
      return {
        action: new URL(attributes(head).action ?? '', this.url),
        method: (attributes(head).method ?? 'get').toUpperCase(),
        sent: inputs.filter(isSent).map(({ name, value }) => [name, value ?? 'on']),
        typed: inputs.filter(({ type }) => !['hidden', 'checkbox', 'radio', 'submit'].includes(type)),
        buttons,
      };
    });
  }

  /** The text of the page without markup. */
  text() {
    const body = this.html.replace(/^.*<body\b[^>]*>/s, '');
    return unescape(body.replace(/<[^>]*>/g, ' ')).replace(/\s+/g, ' ').trim();
  }
}

export class Person {
  #cookies = new Map();

  constructor(issuer, username, password) {
    this.issuer = new URL(issuer);
    this.username = username;
    this.password = password;
  }

  /**
   * Opens `address` and completes the forms: signs in, enters the values in `typed` by field name, and presses the
   * button that sends `decision`. Returns the last `{ page }` or, if the browser leaves the server, `{ left }`, the URL
   * of the redirect, or `{ posted }`, the submitted form.
   */
  async walk(address, { typed = {}, decision = 'allow' } = {}) {
    const done = new Set();
    let request = { address: new URL(address) };
    for (let step = 0; step < 20; step += 1) {
      const { left, page } = await this.#load(request);
      if (left) return { left };
      const away = page.forms().find(({ action }) => action.origin !== this.issuer.origin);
      if (away) return { posted: new Request(away.action, { method: 'POST', body: new URLSearchParams(away.sent) }) };
      const next = this.#answer(page, typed, decision);
      if (!next) return { page };
      if (done.has(next.what)) throw new Error(`${next.what} was not accepted at ${page.url}: ${page.text()}`);
      done.add(next.what);
      request = { address: next.form.action, method: next.form.method, form: [...next.form.sent, ...next.values] };
    }
    throw new Error(`the pages never end, beginning at ${address}`);
  }

  /** The form to submit next, if the page has one for this user. */
  #answer(page, typed, decision) {
    for (const form of page.forms()) {
      const has = (name) => form.typed.some((input) => input.name === name);
      const button = form.buttons.find(({ name, value }) => name === 'decision' && value === decision);
      if (has('username') && has('password')) {
        return { what: 'the login', form, values: [['username', this.username], ['password', this.password]] };
      }
      const known = Object.entries(typed).filter(([name]) => has(name));
      if (known.length > 0) {
        return { what: `what was typed (${Object.keys(typed)})`, form, values: known };
      }
      if (button) return { what: `the decision to ${decision}`, form, values: [['decision', decision]] };
    }
    return undefined;
  }

  /** Sends a request and follows redirects as long as they stay on the server. */
  async #load({ address, method = 'GET', form }) {
    let request = { address, method, form };
    for (let hop = 0; hop < 10; hop += 1) {
      const response = await this.#send(request);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || !location) {
        return { page: new Page(request.address, response.status, await response.text()) };
      }
      const next = new URL(location, request.address);
      if (next.origin !== this.issuer.origin) return { left: next };
      request = { address: next, method: 'GET' };
    }
    throw new Error(`redirects never end, beginning at ${address}`);
  }

  async #send({ address, method, form }) {
    const headers = { 'sec-fetch-site': 'same-origin' };
    if (this.#cookies.size > 0) headers.cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
    const url = new URL(address);
    let body;
    if (form && method === 'GET') url.search = new URLSearchParams(form);
    if (form && method !== 'GET') {
      headers.origin = this.issuer.origin;
      body = new URLSearchParams(form);
    }
    const response = await fetch(url, { method, headers, body, redirect: 'manual' });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(cookie) ?? [];
      if (value) this.#cookies.set(name, value);
      else this.#cookies.delete(name);
    }
    return response;
  }
}

function attributes(text) {
  const pairs = [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, unescape(value ?? '')]));
}

function unescape(text) {
  const letters = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name) => letters[name]);
}
