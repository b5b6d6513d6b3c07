/** Why there is no server, one class each, with what a person can do about it. */

export interface Remedy {
  readonly title: string;
  /** An id of a command of VS Code or ours. */
  readonly command: string;
  readonly args?: readonly unknown[];
}

const SHOW_LOG: Remedy = { title: "Show Log", command: "pipelens.showLog" };
const RESTART: Remedy = { title: "Restart", command: "pipelens.restartServer" };
const SELECT: Remedy = { title: "Select Interpreter", command: "pipelens.selectInterpreter" };

export abstract class StartProblem extends Error {
  abstract readonly kind: "NoPython" | "NoPipelens" | "TooOld" | "ExitedEarly" | "BadSetting" | "ProtocolMismatch";
  abstract readonly remedies: readonly Remedy[];
}

/** No Python that could run a server. */
export class NoPython extends StartProblem {
  override readonly kind = "NoPython";
  override readonly remedies = [SELECT];

  constructor(readonly minimum: string) {
    super(`Pipelens needs Python ${minimum} or newer to check pipelines, and found none. Install one, or select it.`);
  }
}

/** Python, but no server anywhere. `python`: where it could be installed. */
export class NoPipelens extends StartProblem {
  override readonly kind = "NoPipelens";
  override readonly remedies: readonly Remedy[];

  constructor(readonly python: string, install?: Remedy) {
    super(`Pipelens is not installed in ${python}, and this extension carries no server of its own.`);
    this.remedies = [...(install === undefined ? [] : [install]), SELECT];
  }
}

/** A server that this extension is too new for. */
export class TooOld extends StartProblem {
  override readonly kind = "TooOld";
  override readonly remedies: readonly Remedy[];

  constructor(
    readonly where: string,
    readonly version: string,
    readonly minimum: string,
    upgrade?: Remedy,
  ) {
    super(`Pipelens ${version} in ${where} is too old for this extension, which needs ${minimum}: upgrade it there.`);
    this.remedies = upgrade === undefined ? [SELECT] : [upgrade];
  }
}

/** The server ended by itself. `how`: its exit code or signal, and the last it said. */
export class ExitedEarly extends StartProblem {
  override readonly kind = "ExitedEarly";
  override readonly remedies = [SHOW_LOG, RESTART];

  constructor(readonly how: string) {
    super(`The Pipelens server ended: ${how}.`);
  }
}

/** A setting that cannot be followed. */
export class BadSetting extends StartProblem {
  override readonly kind = "BadSetting";
  override readonly remedies: readonly Remedy[];

  constructor(readonly setting: string, why: string) {
    super(`The setting ${setting} cannot be followed: ${why}. It is ignored.`);
    this.remedies = [{ title: "Open Setting", command: "workbench.action.openSettings", args: [setting] }];
  }
}

/** A server that speaks another major version of our protocol. */
export class ProtocolMismatch extends StartProblem {
  override readonly kind = "ProtocolMismatch";
  override readonly remedies = [{ title: "Reload", command: "workbench.action.reloadWindow" }, SHOW_LOG];

  constructor(readonly theirs: number | undefined, readonly ours: number) {
    const told = theirs === undefined ? "an unknown protocol" : `protocol ${theirs}`;
    super(`The Pipelens server speaks ${told}, this extension ${ours}: update both, and reload the window.`);
  }
}

/** What is asked of a server that is not there. */
export class NotRunning extends Error {
  constructor() {
    super("The Pipelens server is not running. `Pipelens: Doctor` tells why.");
    this.name = "NotRunning";
  }
}
