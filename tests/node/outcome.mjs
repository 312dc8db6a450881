// What is printed of a step, and what makes the run fail.

import { isDeepStrictEqual, inspect } from 'node:util';

/** The step held. */
export function ok(what) {
  console.log(`ok  ${what}`);
}

/** The step holds if `condition` does; otherwise the run ends with what was `seen`. */
export function expect(what, condition, seen) {
  if (!condition) throw new Error(`not so: ${what}${seen === undefined ? '' : `; instead: ${inspect(seen)}`}`);
  ok(what);
}

export function expectEqual(what, seen, expected) {
  expect(what, isDeepStrictEqual(seen, expected), { seen, expected });
}

/** The step holds if `attempt` is refused with the error code `expected`, be it the server's or the library's. */
export async function refused(what, attempt, expected) {
  let outcome;
  try {
    outcome = await attempt;
  } catch (error) {
    const code = await codeOf(error);
    if (code === expected) return ok(what);
    throw new Error(`not so: ${what}; the error is ${code}, not ${expected}`, { cause: error });
  }
  throw new Error(`not so: ${what}; instead it was accepted: ${inspect(outcome)}`);
}

/** Where the library keeps the `error` of an answer depends on whether the answer has a challenge. */
async function codeOf(error) {
  if (error.error) return error.error;
  const challenged = Array.isArray(error.cause) && error.cause.map(({ parameters }) => parameters?.error).find(Boolean);
  if (challenged) return challenged;
  if (error.response && !error.response.bodyUsed) {
    const body = await error.response.json().catch(() => ({}));
    if (body.error) return body.error;
  }
  return error.code ?? error.message;
}
