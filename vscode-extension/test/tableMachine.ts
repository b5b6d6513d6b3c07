/** A machine that is a table: which files are there, and what programs answer. */
import type { Environment, Machine, Ran } from "../src/client/machine.ts";
import type { Window } from "../src/client/locate.ts";
import { launchSettings } from "../src/client/launchSettings.ts";

export interface Started {
  readonly command: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
}

export interface Table {
  readonly files?: readonly string[];
  readonly folders?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  /** By program: what it answers, or how it fails. */
  readonly programs?: Readonly<Record<string, string | Ran>>;
}

export class TableMachine implements Machine {
  readonly started: Started[] = [];
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  readonly home = "/home/me";

  constructor(private readonly table: Table) {
    this.platform = table.platform ?? "linux";
    this.env = table.env ?? {};
  }

  isFile(name: string): boolean {
    return name in (this.table.programs ?? {}) || (this.table.files ?? []).includes(name) || this.isLink(name);
  }

  isFolder(name: string): boolean {
    return (this.table.folders ?? []).includes(name);
  }

  linkOf(name: string): string | undefined {
    return this.table.links?.[name];
  }

  realPath(name: string): string {
    for (const [link, target] of Object.entries(this.table.links ?? {})) {
      if (name === link || name.startsWith(`${link}/`)) {
        return this.realPath(target + name.slice(link.length));
      }
    }
    return name;
  }

  run(command: readonly string[], env: Environment, cwd: string): Promise<Ran> {
    this.started.push({ command, env, cwd });
    const told = this.table.programs?.[command[0] ?? ""];
    return Promise.resolve(
      told === undefined
        ? { kind: "failed", reason: "it cannot be started (ENOENT)" }
        : typeof told === "string"
          ? { kind: "ended", code: 0, stdout: told, stderr: "" }
          : told,
    );
  }

  private isLink(name: string): boolean {
    return this.table.links !== undefined && name in this.table.links;
  }
}

/** What a Python says: its version, and that of the pipelens in it. */
export function python(version: string, server = "", lacks = ""): string {
  return `pipelens-python|${version}|${server}|${lacks}|\n`;
}

export interface Wishes extends Partial<Omit<Window, "settings">> {
  readonly interpreter?: unknown;
  readonly command?: unknown;
  readonly serverEnv?: unknown;
}

export function windowWith({ interpreter, command, serverEnv, ...rest }: Wishes = {}): Window {
  return {
    settings: launchSettings({
      "pipelens.interpreter": interpreter,
      "pipelens.server.command": command,
      "pipelens.server.env": serverEnv,
    }),
    trusted: true,
    folders: ["/house"],
    pipelineFolders: [],
    pythonExtension: undefined,
    storage: "/storage",
    bundled: "/extension/bundled/start.py",
    bundledVersion: "0.1.0",
    ...rest,
  };
}
