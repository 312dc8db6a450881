// The common part of both applications: pages with escaped values, and the address.

const letters = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => String(text ?? '').replace(/[&<>"']/g, (letter) => letters[letter]);

/** A document around the markup, in which every value is escaped. */
export function page(markup, ...values) {
  const body = String.raw({ raw: markup }, ...values.map(escaped));
  return `<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>My website</title><body>${body}</body></html>`;
}

/** The URL of the application, as registered. */
export function listen() {
  const port = Number(process.env.PORT ?? 3000);
  return { port, baseURL: process.env.BASE_URL ?? `http://127.0.0.1:${port}` };
}
