/** What a run asks before it starts: trust, then whether Pipelens shall be installed first. */
import type { Trust } from "../trust.ts";

export function whenRunnable(trust: Trust, ensureRunnable: () => Promise<boolean>): Trust {
  return {
    get granted() {
      return trust.granted;
    },
    async require() {
      return (await trust.require()) && (await ensureRunnable());
    },
  };
}
