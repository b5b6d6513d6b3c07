/**
 * The ladder: which server is started. The first that answers wins; each that lost keeps its reason.
 *
 * `pipelens.server.command` → the chosen interpreter → `pipelens` on PATH → the copy in this
 * extension. Programs are asked and started in a folder of ours, never in the workspace, and before
 * the workspace is trusted nothing that lies in it is looked at.
 */
import { serverEnvironment } from "./environment.ts";
import { BadSetting, NoPipelens, NoPython, TooOld, type Remedy, type StartProblem } from "./errors.ts";
import type { LaunchSettings } from "./launchSettings.ts";
import type { Environment, Machine } from "./machine.ts";
import { environmentsIn, expanded, isFrom, namedProgram, onPath, pathOf } from "./paths.ts";
import { ask, installedPythons, isNewEnough, MINIMUM_PYTHON, safeFlags, type Asked, type Python } from "./pythons.ts";
import { atLeast, type Version } from "./version.ts";

/** The oldest server that understands this extension. */
export const MINIMUM_SERVER = "0.1.0";

/**
 * folders: of the workspace. pipelineFolders: where pipelines are known to be, with the folders above
 * them. pythonExtension: the interpreter chosen in the Python extension. storage: a folder of ours.
 * bundled: the file that starts the copy in this extension.
 */
export interface Window {
  readonly settings: LaunchSettings;
  readonly trusted: boolean;
  readonly folders: readonly string[];
  readonly pipelineFolders: readonly string[];
  readonly pythonExtension: string | undefined;
  readonly storage: string;
  readonly bundled: string;
  readonly bundledVersion: Version;
  readonly install?: (python: string) => Remedy;
}

export type RungName = "setting" | "interpreter" | "path" | "bundled";

/** One thing that was tried, or would have been. what: empty where there was nothing to try. */
export interface Rung {
  readonly name: RungName;
  readonly what: string;
  readonly reason: string;
}

/** path: of the Python. from: in words that follow "from". */
export interface Interpreter {
  readonly path: string;
  readonly from: string;
}

/** command: without `lsp`. python: the version of the Python it runs on, where that is known. */
export interface Choice {
  readonly rung: RungName;
  readonly command: readonly string[];
  readonly version: Version;
  readonly python: Version | undefined;
  readonly from: string;
}

/** interpreter: what the user (or a `.venv`) chose for tasks, whether or not a server is in it. */
export interface Located {
  readonly choice: Choice | undefined;
  readonly problem: StartProblem | undefined;
  readonly notices: readonly StartProblem[];
  readonly lost: readonly Rung[];
  readonly interpreter: Interpreter | undefined;
  readonly env: Environment;
  readonly cwd: string;
}

export async function locate(machine: Machine, window: Window): Promise<Located> {
  return new Search(machine, window).search();
}

class Search {
  private readonly env: Environment;
  private readonly lost: Rung[] = [];
  private readonly notices: StartProblem[];
  private readonly asked = new Map<string, Promise<Asked>>();
  private interpreter: Interpreter | undefined;

  constructor(
    private readonly machine: Machine,
    private readonly window: Window,
  ) {
    this.env = serverEnvironment(machine, window.folders, window.trusted, window.settings.env);
    this.notices = [...window.settings.faults];
  }

  async search(): Promise<Located> {
    const choice =
      (await this.bySetting()) ?? (await this.byInterpreter()) ?? (await this.byPath()) ?? (await this.byBundle());
    return {
      choice,
      problem: choice === undefined ? await this.problem() : undefined,
      notices: this.notices,
      lost: this.lost,
      interpreter: this.interpreter,
      env: this.env,
      cwd: this.window.storage,
    };
  }

  private async bySetting(): Promise<Choice | undefined> {
    const [written, ...words] = this.window.settings.command ?? [];
    if (written === undefined) {
      return this.lose("setting", "", "not set");
    }
    const program = this.named(written);
    const refused = this.refusal(program ?? written, written);
    if (refused !== undefined) {
      return this.lose("setting", written, refused);
    }
    if (program === undefined) {
      return this.badSetting("setting", "pipelens.server.command", `there is no program ${written}`);
    }
    const folder = this.window.folders[0];
    const command = [program, ...words.map((word) => expanded(this.machine, word, folder))];
    const unsafe = this.window.trusted ? undefined : command.find((word) => this.refusesWord(word));
    if (unsafe !== undefined) {
      return this.lose("setting", written, `${unsafe} lies in this workspace, which is not trusted`);
    }
    return this.answering("setting", command, "pipelens.server.command", true);
  }

  private async byInterpreter(): Promise<Choice | undefined> {
    const candidates = this.interpreters();
    if (candidates.length === 0) {
      return this.interpreter === undefined && !this.lost.some((rung) => rung.name === "interpreter")
        ? this.lose("interpreter", "", "none is chosen, and no .venv lies beside the pipeline")
        : undefined;
    }
    for (const candidate of candidates) {
      const found = await this.serverIn(candidate);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }

  /** What stands for "the chosen interpreter", without what must not be looked at. */
  private interpreters(): Interpreter[] {
    const { settings, pythonExtension, pipelineFolders, folders, trusted } = this.window;
    if (settings.interpreter !== undefined) {
      const path = this.named(settings.interpreter);
      const refused = this.refusal(path ?? settings.interpreter, settings.interpreter);
      if (refused !== undefined) {
        this.lose("interpreter", settings.interpreter, refused);
        return [];
      }
      if (path === undefined) {
        this.badSetting("interpreter", "pipelens.interpreter", `there is no Python at ${settings.interpreter}`);
        return [];
      }
      return this.chosen([{ path, from: "pipelens.interpreter" }]);
    }
    if (pythonExtension !== undefined) {
      const path = this.named(pythonExtension) ?? pythonExtension;
      const refused = this.refusal(path, path);
      if (refused !== undefined) {
        this.lose("interpreter", path, refused);
        return [];
      }
      return this.chosen([{ path, from: "the Python extension's interpreter" }]);
    }
    const places = [...pipelineFolders, ...folders].filter((one, index, all) => all.indexOf(one) === index);
    const paths = pathOf(this.machine);
    const found = places.flatMap((folder) => environmentsIn(this.machine, folder));
    if (!trusted) {
      found.forEach((path) => this.lose("interpreter", path, this.refusal(path, path) ?? ""));
      return [];
    }
    return this.chosen(found.map((path) => ({ path, from: paths.dirname(paths.dirname(path)) })));
  }

  private chosen(all: Interpreter[]): Interpreter[] {
    this.interpreter = all[0];
    return all;
  }

  private async serverIn(interpreter: Interpreter): Promise<Choice | undefined> {
    const { path, from } = interpreter;
    const told = await this.ask(path);
    if (told.kind === "failed") {
      return from === "pipelens.interpreter"
        ? this.badSetting("interpreter", from, `${path}: ${told.reason}`)
        : this.lose("interpreter", path, told.reason);
    }
    if (told.server === undefined) {
      const old = isNewEnough(told.version) ? "" : `, and is Python ${told.version}; the server needs ${MINIMUM_PYTHON}`;
      return this.lose("interpreter", path, `it has no pipelens installed${old}`);
    }
    if (told.lacks !== "") {
      return this.lose("interpreter", path, `pipelens ${told.server} is in it, but not what it needs: ${told.lacks}`);
    }
    const command = [path, ...safeFlags(told.version), "-m", "pipelens"];
    return this.fitting({ rung: "interpreter", command, version: told.server, python: told.version, from }, path);
  }

  private async byPath(): Promise<Choice | undefined> {
    const programs = onPath(this.machine, "pipelens");
    for (const program of programs) {
      const refused = this.refusal(program, program);
      if (refused !== undefined) {
        this.lose("path", program, refused);
      } else {
        const found = await this.answering("path", [program], "PATH", false);
        if (found !== undefined) {
          return found;
        }
      }
    }
    return programs.length === 0 ? this.lose("path", "", "there is no pipelens on it") : undefined;
  }

  private async byBundle(): Promise<Choice | undefined> {
    const { bundled, bundledVersion } = this.window;
    if (!this.machine.isFile(bundled)) {
      return this.lose("bundled", bundled, "this build of the extension carries no server");
    }
    const python = await this.firstPython();
    if (python === undefined) {
      return this.lose("bundled", bundled, `no Python ${MINIMUM_PYTHON} or newer was found to run it`);
    }
    // Not asked for its version: it is of this extension's, and a question costs a start of Python.
    // `-I` hides the folder of start.py from Python, too: it sets its own path.
    const command = [python.executable, "-I", bundled];
    return { rung: "bundled", command, version: bundledVersion, python: python.version, from: "the bundled copy" };
  }

  private async firstPython(): Promise<Python | undefined> {
    const own = this.interpreter === undefined ? [] : [this.interpreter.path];
    for (const path of [...own, ...installedPythons(this.machine)]) {
      const refused = this.refusal(path, path);
      const told = refused === undefined ? await this.ask(path) : undefined;
      const hidden = told?.kind === "python" ? this.refusal(told.executable, told.executable) : undefined;
      if (told?.kind === "python" && hidden === undefined && isNewEnough(told.version)) {
        return told;
      }
      const why =
        told?.kind === "python" ? (hidden ?? `it is Python ${told.version}`) : (told?.reason ?? refused ?? "");
      this.lose("bundled", path, `it cannot run the bundled copy: ${why}`);
    }
    return undefined;
  }

  private async problem(): Promise<StartProblem> {
    const python = await this.firstPython();
    if (python === undefined) {
      return new NoPython(MINIMUM_PYTHON);
    }
    return this.notices.find((one) => one instanceof TooOld) ?? this.noPipelens(this.interpreter?.path ?? python.executable);
  }

  private noPipelens(python: string): NoPipelens {
    return new NoPipelens(python, this.window.install?.(python));
  }

  /** A program that says its version, and how it would be started. */
  private async answering(
    rung: RungName,
    command: readonly string[],
    from: string,
    isSet: boolean,
  ): Promise<Choice | undefined> {
    const what = command.join(" ");
    const ran = await this.machine.run([...command, "--version"], this.env, this.window.storage);
    const version = ran.kind === "ended" ? /^pipelens (\d\S*)/m.exec(ran.stdout)?.[1] : undefined;
    if (version !== undefined) {
      return this.fitting({ rung, command, version, python: undefined, from }, what);
    }
    const last = ran.kind === "ended" ? (ran.stderr.trim().split(/\r?\n/).at(-1) ?? "") : "";
    const why =
      ran.kind === "failed" ? ran.reason : `it does not say its version${last === "" ? "" : ` but: ${last}`}`;
    return isSet ? this.badSetting(rung, from, `${what}: ${why}`) : this.lose(rung, what, why);
  }

  private fitting(choice: Choice, what: string): Choice | undefined {
    if (atLeast(choice.version, MINIMUM_SERVER)) {
      return choice;
    }
    const python = choice.rung === "interpreter" ? choice.command[0] : undefined;
    const upgrade = python === undefined ? undefined : this.window.install?.(python);
    this.notices.push(new TooOld(what, choice.version, MINIMUM_SERVER, upgrade));
    return this.lose(choice.rung, what, `it is pipelens ${choice.version}; this extension needs ${MINIMUM_SERVER}`);
  }

  private async ask(python: string): Promise<Asked> {
    const asked = this.asked.get(python) ?? ask(this.machine, python, this.env, this.window.storage);
    this.asked.set(python, asked);
    return asked;
  }

  /** Why something must not be started, or even asked. written: as the user wrote it. */
  private refusal(path: string, written: string): string | undefined {
    if (this.window.trusted) {
      return undefined;
    }
    const paths = pathOf(this.machine);
    const isBare = !/[/\\]/.test(written);
    if (!isBare && !paths.isAbsolute(expanded(this.machine, written, undefined))) {
      return "its path is relative, and this workspace is not trusted";
    }
    return paths.isAbsolute(path) && isFrom(this.machine, path, this.window.folders)
      ? "it lies in this workspace, which is not trusted"
      : undefined;
  }

  private named(written: string): string | undefined {
    return namedProgram(this.machine, written, this.window.folders[0]);
  }

  private refusesWord(word: string): boolean {
    return pathOf(this.machine).isAbsolute(word) && isFrom(this.machine, word, this.window.folders);
  }

  private badSetting(rung: RungName, setting: string, why: string): Choice | undefined {
    this.notices.push(new BadSetting(setting, why));
    return this.lose(rung, setting, why);
  }

  /** Nothing found: for the caller to return. */
  private lose(name: RungName, what: string, reason: string): Choice | undefined {
    if (!this.lost.some((one) => one.name === name && one.what === what)) {
      this.lost.push({ name, what, reason });
    }
    return undefined;
  }
}
