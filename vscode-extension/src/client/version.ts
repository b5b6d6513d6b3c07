/** Versions, as far as this extension must compare them. */

/** Numbers and points, possibly with more behind: `3.10`, `0.2.0rc1`. */
export type Version = string;

/** Whether `version` is `minimum` or later; what is behind the numbers does not count. */
export function atLeast(version: Version, minimum: Version): boolean {
  const [left, right] = [numbers(version), numbers(minimum)];
  for (const [index, wanted] of right.entries()) {
    const had = left[index] ?? 0;
    if (had !== wanted) {
      return had > wanted;
    }
  }
  return true;
}

function numbers(version: Version): number[] {
  const found = /^\d+(\.\d+)*/.exec(version);
  return found === null ? [0] : found[0].split(".").map(Number);
}
