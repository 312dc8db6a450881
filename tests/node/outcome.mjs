// Prints the result of each step, and fails the run if a step fails.

import { isDeepStrictEqual, inspect } from 'node:util';

/** The step succeeded. */
export function ok(what) {
  console.log(`ok  ${what}`);
}

/** The step succeeds if `condition` is true; otherwise the run ends and prints `seen`. */
export function expect(what, condition, seen) {
  if (!condition) throw new Error(`not so: ${what}${seen === undefined ? '' : `; instead: ${inspect(seen)}`}`);
  ok(what);
}

export function expectEqual(what, seen, expected) {
  expect(what, isDeepStrictEqual(seen, expected), { seen, expected });
}

/** The step succeeds if `attempt` fails with the error code `expected` of the server or the library. */
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

/** The library stores the `error` of a response in different places, depending on whether it has a challenge. */
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
