/** The clock of this process. */
import type { Clock } from "./lifecycle.ts";

export const CLOCK: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return {
      dispose() {
        clearTimeout(timer);
      },
    };
  },
};
