// Runs named scenarios one after the other and says, a line of JSON each, how they went.
import assert from "node:assert/strict";

const registered = [];

/** Adds a scenario. */
export function scenario(name, run) {
  registered.push({ name, run });
}

/** Runs all scenarios, each with a limit of its own. */
export async function runAll() {
  for (const { name, run } of registered) {
    let error = null;
    try {
      await withLimit(run(), 30_000, `"${name}" did not end within 30 s`);
    } catch (failure) {
      error = failure?.stack ?? JSON.stringify(failure);
    }
    process.stdout.write(`${JSON.stringify({ scenario: name, error })}\n`);
  }
}

/** A promise that fails when another one takes too long. */
export function withLimit(promise, milliseconds, message) {
  let timer;
  const limit = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Asks again until something is so. */
export async function eventually(ask, isSo, what) {
  const end = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) {
      return answer;
    }
    assert.ok(Date.now() < end, `after 20 s it was not so that ${what}: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

let counter = 0;

/** An id that no other scenario has. */
export function newId(prefix) {
  counter += 1;
  return `js-${prefix}-${process.pid}-${counter}`;
}

/** Log levels of Dapr's SDK: nothing below an error, so that standard output is the runner's. */
export const quiet = {
  level: 0,
  service: { error: console.error, warn: () => {}, info: () => {}, verbose: () => {}, debug: () => {} },
};
