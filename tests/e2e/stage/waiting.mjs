/** Waiting for what is looked for itself, never for a while. */

/** Stretches every limit, for machines that are busy with something else. */
export const SLOW = Number(process.env.PIPELENS_E2E_SLOW || 1);

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The first truthy answer of `ask`. An exception counts as "not yet".
 * @template T
 * @param {() => T | Promise<T>} ask
 * @param {string} what  for the message when it never comes
 * @param {{seconds?: number, every?: number}} [limit]  seconds on a quiet machine; every: milliseconds
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(ask, what, { seconds = 30, every = 60 } = {}) {
  const end = Date.now() + seconds * SLOW * 1000;
  for (;;) {
    let last;
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`waited ${seconds * SLOW} s for ${what}; last seen: ${seen}`);
    }
    await pause(every);
  }
}
