/**
 * What the rest of the extension knows of the server: questions, commands, news and its state.
 *
 * No `vscode` in here, so that what uses it can be tested without a workbench.
 */
import type { Commands, Requests, ServerNotifications } from "../protocol.gen.ts";
import type { StartProblem } from "./errors.ts";

export interface Disposable {
  dispose(): void;
}

export type ServerState =
  | { readonly kind: "starting"; readonly again?: { readonly seconds: number; readonly why: string } }
  | { readonly kind: "running"; readonly version: string; readonly from: string }
  | { readonly kind: "stopped"; readonly asked: boolean }
  | { readonly kind: "failed"; readonly problem: StartProblem };

export interface Connection {
  readonly state: ServerState;
  onState(told: (state: ServerState) => void): Disposable;

  /** Rejects with `NotRunning` when there is no server, else with the server's own refusal. */
  request<M extends keyof Requests>(method: M, params: Requests[M]["params"]): Promise<Requests[M]["result"]>;

  /** A `workspace/executeCommand` request: never through VS Code's table of commands. */
  command<C extends keyof Commands>(id: C, params: Commands[C]["params"]): Promise<Commands[C]["result"]>;

  /** Holds over restarts of the server. */
  onNotification<N extends keyof ServerNotifications>(
    method: N,
    told: (params: ServerNotifications[N]) => void,
  ): Disposable;
}
