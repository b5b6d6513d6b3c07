/** The one server of the window: started by the ladder, kept alive, asked and listened to. */
import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import type { Commands as CommandTable } from "../commands.ts";
import type { Commands, InitializationOptions, Requests, ServerNotifications } from "../protocol.gen.ts";
import type { PythonExtension } from "../python/interpreter.ts";
import type { Connection, Disposable, ServerState } from "./connection.ts";
import { CLOCK } from "./clock.ts";
import { NotRunning, type Remedy } from "./errors.ts";
import { Lifecycle } from "./lifecycle.ts";
import { type Located, locate } from "./locate.ts";
import type { Machine } from "./machine.ts";
import { interpreterPath } from "./paths.ts";
import type { Presenter } from "./presenter.ts";
import type { Session } from "./session.ts";
import { foldersOf, wantedSettings, windowOf } from "./window.ts";

/** Every one of the server's notifications; the type sees to it that none is forgotten. */
const NOTIFICATIONS: Readonly<Record<keyof ServerNotifications, true>> = {
  "pipelens/runEvent": true,
  "pipelens/stateChanged": true,
  "pipelens/status": true,
};

export interface Making {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly machine: Machine;
  readonly commands: CommandTable;
  readonly python: PythonExtension;
  readonly presenter: Presenter;
  /** How the server is put into a Python, where that is offered. */
  readonly install?: (python: string) => Remedy;
}

export class Client implements Connection {
  /** How the last search for a server went; undefined before the first. */
  located: Located | undefined;
  /** What was chosen in the Python extension when the search went. */
  pythonExtension: string | undefined;
  private readonly lifecycle: Lifecycle;
  private readonly listeners = new Map<string, Set<(params: never) => void>>();
  private session: Session | undefined;

  constructor(private readonly making: Making) {
    this.lifecycle = new Lifecycle(() => this.launch(), CLOCK);
    this.lifecycle.onState((state) => {
      this.changed(state);
    });
  }

  get state(): ServerState {
    return this.lifecycle.state;
  }

  onState(told: (state: ServerState) => void): Disposable {
    return this.lifecycle.onState(told);
  }

  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M]["params"],
  ): Promise<Requests[M]["result"]> {
    return this.running().sendRequest(method, params ?? {});
  }

  async command<C extends keyof Commands>(id: C, params: Commands[C]["params"]): Promise<Commands[C]["result"]> {
    const wanted = { command: id, arguments: params === undefined ? [] : [params] };
    return this.running().sendRequest("workspace/executeCommand", wanted);
  }

  onNotification<N extends keyof ServerNotifications>(
    method: N,
    told: (params: ServerNotifications[N]) => void,
  ): Disposable {
    const all = this.listeners.get(method) ?? new Set();
    this.listeners.set(method, all);
    all.add(told);
    return { dispose: () => all.delete(told) };
  }

  start(): Promise<void> {
    return this.lifecycle.start();
  }

  stop(): Promise<void> {
    return this.lifecycle.stop();
  }

  /** Because a person asked for it. */
  restart(): Promise<void> {
    return this.lifecycle.restart();
  }

  /** Because what the start depends on is another. */
  refresh(why: string): Promise<void> {
    this.making.log.info(`starting again: ${why}`);
    return this.lifecycle.refresh();
  }

  /** When a server runs, or none will. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      if (this.state.kind !== "starting") {
        resolve();
        return;
      }
      const listening = this.onState(({ kind }) => {
        if (kind !== "starting") {
          listening.dispose();
          resolve();
        }
      });
    });
  }

  /** The Python for tasks that a person chose. What lies beside a pipeline the server finds itself, for each its own. */
  get chosenInterpreter(): string | null {
    const chosen = this.located?.interpreter;
    const isChosen = wantedSettings().interpreter !== undefined || chosen?.from === "the Python extension's interpreter";
    return vscode.workspace.isTrusted && isChosen ? (chosen?.path ?? null) : null;
  }

  private running(): LanguageClient {
    if (this.session === undefined || this.state.kind !== "running") {
      throw new NotRunning();
    }
    return this.session.client;
  }

  private async launch(): Promise<Session> {
    const { context, log, machine, presenter, install } = this.making;
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    const window = await windowOf(context, this.making.python);
    this.pythonExtension = window.pythonExtension;
    const searching = locate(machine, install === undefined ? window : { ...window, install });
    const loading = import("./session.ts"); // the language client, read while a program is asked
    const located = await searching;
    this.located = located;
    for (const { name, what, reason } of located.lost) {
      log.info(`not from ${name}: ${what === "" ? reason : `${what}: ${reason}`}`);
    }
    for (const notice of located.notices) {
      void presenter.tell("warning", notice);
    }
    const { choice } = located;
    if (choice === undefined) {
      throw located.problem ?? new NotRunning();
    }
    log.info(`found in ${took()} ms: pipelens ${choice.version} from ${choice.from}: ${choice.command.join(" ")}`);
    let isFirst = true;
    const wanted = {
      told: this.told(),
      log,
      interpreterAt: (value: unknown, scope: vscode.Uri | undefined) => {
        const folder = scope === undefined ? foldersOf()[0] : scope.fsPath;
        return vscode.workspace.isTrusted ? interpreterPath(machine, value, folder) : null;
      },
      diagnosticsCame: () => {
        if (isFirst) {
          log.info(`first diagnostics after ${took()} ms`);
        }
        isFirst = false;
      },
    };
    const said = (line: string) => {
      log.info(`server: ${line}`);
    };
    const { Session } = await loading;
    this.session = await Session.start(choice, located, wanted, said, (client) => {
      this.listen(client);
    });
    log.info(`server ready after ${took()} ms (process ${this.session.pid ?? 0})`);
    return this.session;
  }

  private told(): InitializationOptions {
    return {
      client: "vscode",
      clientCommands: this.making.commands.ids,
      trusted: vscode.workspace.isTrusted,
      interpreter: this.chosenInterpreter,
      showsRuns: true,
      yamlServer: vscode.extensions.getExtension("redhat.vscode-yaml") !== undefined,
    };
  }

  private listen(client: LanguageClient): void {
    for (const method of Object.keys(NOTIFICATIONS)) {
      client.onNotification(method, (params: unknown) => {
        for (const told of [...(this.listeners.get(method) ?? [])]) {
          told(params as never); // of the method's type, by the protocol
        }
      });
    }
  }

  private changed(state: ServerState): void {
    if (state.kind !== "running") {
      this.session = undefined;
    }
    if (state.kind === "failed") {
      this.making.log.error(state.problem.message);
      void this.making.presenter.tell("error", state.problem);
    } else if (state.kind === "starting" && state.again !== undefined) {
      this.making.log.warn(`${state.again.why} Starting it again in ${state.again.seconds} s.`);
    }
  }
}
