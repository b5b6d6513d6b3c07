/** Why there is no server, one class each, with what a person can do about it. */

export interface Remedy {
  readonly title: string;
  /** An id of a command of VS Code or ours. */
  readonly command: string;
  readonly args?: readonly unknown[];
}

export abstract class StartProblem extends Error {
  abstract readonly remedies: readonly Remedy[];
}
