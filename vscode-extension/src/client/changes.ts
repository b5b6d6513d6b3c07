/** When the server must be started again, since what its start depends on is another. */
import type { Clock } from "./lifecycle.ts";
import type { Disposable } from "./connection.ts";

/** Milliseconds that changes are collected for. */
const REST = 200;

/**
 * Trust comes in two steps: it is told first, while settings still hide what a workspace says, and
 * then, if it says something, they change. So the start waits for the second, but not for ever.
 */
const TRUST_PATIENCE = 500;

export class Changes {
  private timer: Disposable | undefined;
  private why = "";

  constructor(
    private readonly clock: Clock,
    private readonly startAgain: (why: string) => void,
  ) {}

  trustGranted(): void {
    this.within(TRUST_PATIENCE, "this workspace is trusted now");
  }

  settingsChanged(): void {
    this.within(REST, this.timer === undefined ? "settings changed" : this.why);
  }

  interpreterChanged(): void {
    this.within(REST, "another interpreter was chosen");
  }

  dispose(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  private within(milliseconds: number, why: string): void {
    this.timer?.dispose();
    this.why = why;
    this.timer = this.clock.after(milliseconds, () => {
      this.timer = undefined;
      this.startAgain(why);
    });
  }
}
