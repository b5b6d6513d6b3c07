/** The commands that the extension carries out itself, and the one way to register them. */
import type { Disposable } from "./client/connection.ts";

/** Their ids; those that are registered are told to the server as `clientCommands`. */
export const CLIENT_COMMANDS = [
  "pipelens.runTask",
  "pipelens.runTaskWithUpstream",
  "pipelens.forceRunTask",
  "pipelens.buildPipeline",
  "pipelens.stopRun",
  "pipelens.debugTask",
  "pipelens.openFailure",
  "pipelens.rerunToHere",
  "pipelens.openProduct",
  "pipelens.showInjectedCell",
  "pipelens.showText",
  "pipelens.selectInterpreter",
  "pipelens.installServer",
  "pipelens.restartServer",
  "pipelens.stopServer",
  "pipelens.showLog",
  "pipelens.doctor",
] as const;

export type ClientCommand = (typeof CLIENT_COMMANDS)[number];

/**
 * argument: from a lens or a hover what the server sent (a `TaskRef` or more), from the explorer and
 * an editor's title a `Uri`, from the palette nothing.
 */
export type Handler = (argument: unknown, ...more: readonly unknown[]) => unknown;

/** What registers with VS Code: `vscode.commands.registerCommand` in the workbench. */
export type Registering = (id: string, handler: (...given: unknown[]) => Promise<unknown>) => Disposable;

/** Each command is registered once, before the server starts; a failing one says so and never rejects. */
export class Commands {
  private readonly registered = new Map<ClientCommand, Disposable>();

  constructor(
    private readonly registering: Registering,
    private readonly failed: (id: ClientCommand, error: unknown) => void,
  ) {}

  register(id: ClientCommand, handler: Handler): void {
    const carriedOut = async (argument: unknown, ...more: unknown[]): Promise<unknown> => {
      try {
        return await handler(argument, ...more);
      } catch (error) {
        this.failed(id, error);
        return undefined;
      }
    };
    this.registered.set(id, this.registering(id, carriedOut));
  }

  /** What the server must leave to us. */
  get ids(): ClientCommand[] {
    return [...this.registered.keys()];
  }

  dispose(): void {
    for (const one of this.registered.values()) {
      one.dispose();
    }
    this.registered.clear();
  }
}
