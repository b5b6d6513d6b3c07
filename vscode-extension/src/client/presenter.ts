/** Problems of the start are shown once; afterwards the status item tells them. */
import type { Remedy, StartProblem } from "./errors.ts";

/** show: a message with buttons; answers with the one that was pressed. */
export interface Screen {
  show(severity: "error" | "warning", message: string, buttons: readonly string[]): Thenable<string | undefined>;
  run(remedy: Remedy): Thenable<unknown>;
}

export class Presenter {
  private readonly shown = new Set<string>();

  constructor(private readonly screen: Screen) {}

  /** error: nothing runs because of it; warning: something else runs instead. */
  async tell(severity: "error" | "warning", problem: StartProblem): Promise<void> {
    const key = `${problem.kind} ${problem.kind === "ExitedEarly" ? "" : problem.message}`;
    if (this.shown.has(key)) {
      return;
    }
    this.shown.add(key);
    const titles = problem.remedies.map((remedy) => remedy.title);
    const pressed = await this.screen.show(severity, problem.message, titles);
    const remedy = problem.remedies.find((one) => one.title === pressed);
    if (remedy !== undefined) {
      await this.screen.run(remedy);
    }
  }
}
