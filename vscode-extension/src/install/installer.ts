/**
 * Puts Pipelens into the project's environment: offered at the first run with the copy that came with
 * the extension, and where no server, or too old a one, was found. Only in trusted workspaces.
 */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Located } from "../client/locate.ts";
import { serverEnvironment } from "../client/environment.ts";
import type { Environment, Machine } from "../client/machine.ts";
import { isBelow } from "../client/paths.ts";
import { describe } from "./described.ts";
import type { Running } from "./program.ts";
import { type Failure, failureOf } from "./reasons.ts";
import { commandLine, installEnvironment, pythonOf, type Step, stepsFor } from "./steps.ts";
import { activePython, findTarget, type Target } from "./target.ts";

/** ask: waits for an answer, with Cancel as a matter of course. progress: until `work` has ended, with Cancel. */
export interface Screen {
  ask(message: string, detail: string, buttons: readonly string[]): Promise<string | undefined>;
  tell(kind: "error" | "information", message: string, buttons: readonly string[]): Promise<string | undefined>;
  progress<T>(title: string, work: (report: (text: string) => void, cancel: AbortSignal) => Promise<T>): Promise<T>;
  log(line: string): void;
  showLog(): void;
}

/** settled: when no start is going on. started: starts the server anew and waits until it is there, or is not. */
export interface Server {
  readonly located: Located | undefined;
  readonly isRunning: boolean;
  settled(): Promise<void>;
  startAgain(): Promise<void>;
}

/** current: the file that is being looked at. runsBundled: remembered. choose: sets the interpreter of a folder. */
export interface Workspace {
  readonly folders: readonly string[];
  readonly current: string | undefined;
  runsBundled: boolean;
  choose(folder: string, environment: string): Promise<void>;
}

export interface Parts {
  readonly machine: Machine;
  readonly screen: Screen;
  readonly server: Server;
  readonly workspace: Workspace;
  readonly running: Running;
  /** Where programs are started: a folder of ours. */
  readonly storage: string;
  /** The wheel in the extension; undefined in a build without one. */
  readonly wheel: string | undefined;
}

/** run: somebody wants to run something. wanted: it was asked for, for the interpreter `python` or the chosen one. */
export type Reason =
  | { readonly kind: "run" }
  | { readonly kind: "wanted"; readonly python?: string | undefined };

export type Answer = "installed" | "declined" | "failed";

const INSTALL = "Install";
const RUN_ANYWAY = "Run Anyway";
const SHOW_LOG = "Show Log";
const KEPT_LINES = 200;

const BUNDLED =
  "The server that came with the extension checks and runs pipelines, too, but it is slower and writes no .html reports.";

type Proposed = Answer | "anyway";
type Possible = Exclude<Target, { kind: "none" }>;

export class Installer {
  private going: Promise<Proposed> | undefined;

  constructor(private readonly parts: Parts) {}

  async offer(reason: Reason): Promise<Answer> {
    const answer = await this.proposeOnce(reason);
    return answer === "anyway" ? "declined" : answer;
  }

  /** What a run waits for after trust. False: it is not to be run. */
  async ensureRunnable(): Promise<boolean> {
    const { server, workspace } = this.parts;
    await server.settled();
    if (server.located?.choice?.rung !== "bundled" || workspace.runsBundled) {
      return true;
    }
    switch (await this.proposeOnce({ kind: "run" })) {
      case "anyway":
        workspace.runsBundled = true;
        return true;
      case "installed":
        return server.isRunning;
      case "declined":
      case "failed":
        return false;
    }
  }

  /** Who asks while an installation is going on waits for that one. */
  private proposeOnce(reason: Reason): Promise<Proposed> {
    this.going ??= this.propose(reason).finally(() => {
      this.going = undefined;
    });
    return this.going;
  }

  private async propose(reason: Reason): Promise<Proposed> {
    const { machine, screen, server, wheel } = this.parts;
    const anyway = reason.kind === "run" ? [RUN_ANYWAY] : [];
    if (wheel === undefined) {
      return this.cannot("This build of the extension carries no Pipelens to install.", anyway);
    }
    const wanted = reason.kind === "wanted" ? reason.python : undefined;
    const chosen = wanted ?? server.located?.interpreter?.path ?? activePython(machine);
    const folder = this.folder();
    const ask = (python: string) => describe(machine, python, this.env(), this.parts.storage);
    const target = await findTarget(machine, ask, chosen, folder);
    const steps = stepsFor(machine, target, wheel);
    if (typeof steps === "string" || target.kind === "none") {
      const why = typeof steps === "string" ? steps : "";
      return this.cannot(`Pipelens cannot be installed for this project. ${why}`, anyway);
    }
    const detail = [
      ...(reason.kind === "run" ? [BUNDLED] : []),
      explained(target),
      steps.map((step) => commandLine(step.command)).join("\n"),
    ].join("\n\n");
    const asked = reason.kind === "run" ? "Install Pipelens before the first run?" : "Install Pipelens?";
    const answer = await screen.ask(asked, detail, [INSTALL, ...anyway]);
    if (answer !== INSTALL) {
      return answer === RUN_ANYWAY ? "anyway" : "declined";
    }
    return this.install(target, steps, folder, anyway);
  }

  private async cannot(why: string, anyway: readonly string[]): Promise<Proposed> {
    this.parts.screen.log(why);
    const pressed = await this.parts.screen.tell("error", why, anyway);
    return pressed === RUN_ANYWAY ? "anyway" : "failed";
  }

  private async install(
    target: Possible,
    steps: readonly Step[],
    folder: string | undefined,
    anyway: readonly string[],
  ): Promise<Proposed> {
    const { screen } = this.parts;
    const where = target.kind === "new" ? target.environment : target.environment.prefix;
    const outcome = await screen.progress(`Installing Pipelens into ${where}`, (report, cancel) =>
      this.carryOut(steps, report, cancel),
    );
    if (outcome !== "done") {
      // Half an environment would be taken for the project's own.
      if (target.kind === "new") {
        await rm(target.environment, { recursive: true, force: true }).catch(() => undefined);
      }
      if (outcome === "cancelled") {
        screen.log("the installation was cancelled");
        return "declined";
      }
      const message = `Pipelens could not be installed: ${outcome.why}. To do: ${outcome.remedy}.`;
      screen.log(message);
      const pressed = await screen.tell("error", message, [SHOW_LOG, ...anyway]);
      if (pressed === SHOW_LOG) {
        screen.showLog();
      }
      return pressed === RUN_ANYWAY ? "anyway" : "failed";
    }
    return this.afterwards(target, folder);
  }

  private async carryOut(
    steps: readonly Step[],
    report: (text: string) => void,
    cancel: AbortSignal,
  ): Promise<"done" | "cancelled" | Failure> {
    const { running, screen, storage } = this.parts;
    const env = installEnvironment(this.env());
    await mkdir(storage, { recursive: true });
    for (const { doing, command } of steps) {
      report(doing);
      screen.log(`$ ${commandLine(command)}`);
      const last: string[] = [];
      const said = (line: string) => {
        screen.log(line);
        last.push(line);
        last.splice(0, last.length - KEPT_LINES);
        report(shortened(line) ?? doing);
      };
      const outcome = await running(command, env, storage, said, cancel);
      if (outcome.kind === "cancelled") {
        return "cancelled";
      }
      if (outcome.kind === "failed") {
        return failureOf(`${basename(command[0] ?? "")} ended with ${outcome.how}`, last);
      }
      if (command.includes("venv")) {
        await keepOutOfGit(command.at(-1) ?? "");
      }
    }
    return cancel.aborted ? "cancelled" : "done";
  }

  /** The server of that environment takes over. */
  private async afterwards(target: Possible, folder: string | undefined): Promise<Proposed> {
    const { machine, screen, server, workspace } = this.parts;
    const environment = target.kind === "new" ? target.environment : target.environment.prefix;
    const python = target.kind === "new" ? pythonOf(machine, environment) : target.environment.python;
    await server.startAgain();
    const { choice } = server.located ?? {};
    const isFound = target.kind === "new" ? choice?.command[0] === python : choice?.rung !== "bundled";
    if (!isFound && folder !== undefined) {
      screen.log(`pipelens.interpreter is set to ${environment}: something else was chosen before`);
      await workspace.choose(folder, environment);
      await server.startAgain();
    }
    if (server.located?.choice === undefined || server.located.choice.rung === "bundled") {
      return this.cannot(`Pipelens is installed in ${environment}, but its server was not found there: Doctor tells why.`, []);
    }
    if (target.kind === "new") {
      const told = "The tasks of this project run in the new environment .venv: install there what they import.";
      void screen.tell("information", `Pipelens is installed. ${told}`, []);
    }
    return "installed";
  }

  /** The workspace's folder that somebody works in, else the first. */
  private folder(): string | undefined {
    const { machine, workspace } = this.parts;
    const { current } = workspace;
    const holds = (folder: string) => current !== undefined && isBelow(machine, current, folder);
    return workspace.folders.find(holds) ?? workspace.folders[0];
  }

  private env(): Environment {
    const { machine, server, workspace } = this.parts;
    return server.located?.env ?? serverEnvironment(machine, workspace.folders, true);
  }
}

function explained(target: Possible): string {
  if (target.kind === "into") {
    const { prefix, version } = target.environment;
    return `Pipelens and what it needs, from your package index, into ${prefix} (Python ${version}):`;
  }
  const { because, environment, base } = target;
  return `${because} A new environment is made, ${environment} (Python ${base.version}). Your tasks run in it from then on: what they import must be installed there, too.`;
}

/** What pip is at, for the progress message: not every line of it. */
function shortened(line: string): string | undefined {
  const told = /^(Collecting|Downloading|Installing collected packages|Building wheel|Resolved|Prepared|Installed)\b[: ]*(\S*)/.exec(line);
  return told === null ? undefined : `${told[1] ?? ""} ${basename(told[2] ?? "")}`.trim();
}

/** As later Pythons do it themselves. */
async function keepOutOfGit(environment: string): Promise<void> {
  const file = join(environment, ".gitignore");
  if (existsSync(environment) && !existsSync(file)) {
    await writeFile(file, "*\n", "utf-8").catch(() => undefined);
  }
}
