/** Ctrl+C in a terminal: once asks a run to end, twice within three seconds kills it. */
const AGAIN = 3_000;

export class Interrupts {
  private last = -Infinity;

  constructor(private readonly now: () => number = Date.now) {}

  /** Whether this press kills. */
  pressed(): boolean {
    const at = this.now();
    const isHard = at - this.last <= AGAIN;
    this.last = isHard ? -Infinity : at;
    return isHard;
  }
}
