/** Paths as people write them in settings, and whether a workspace could have put something there. */
import * as path from "node:path";
import type { Machine } from "./machine.ts";

const MOST_LINKS = 40;

/** The file systems of these tell no difference between `A` and `a`. */
function folded(machine: Machine, name: string): string {
  return machine.platform === "win32" || machine.platform === "darwin" ? name.toLowerCase() : name;
}

export function isBelow(machine: Machine, name: string, folder: string): boolean {
  const paths = pathOf(machine);
  const way = paths.relative(folded(machine, folder), folded(machine, name));
  return way !== ".." && !way.startsWith(`..${paths.sep}`) && !paths.isAbsolute(way);
}

/** `node:path` of the machine's own kind, so that tests can ask for the other one. */
export function pathOf(machine: Machine): path.PlatformPath {
  return machine.platform === "win32" ? path.win32 : path.posix;
}

/**
 * Whether what stands at `name` could come from one of the folders: it lies in one, or a symbolic
 * link on the way to it does or leads there. (The Python of a virtual environment is a link to a
 * trusted program; what makes it dangerous is the folder that it lies in.)
 */
export function isFrom(machine: Machine, name: string, folders: readonly string[]): boolean {
  const paths = pathOf(machine);
  const all = folders.flatMap((folder) => [folder, machine.realPath(folder)]);
  let step: string | undefined = name;
  for (let links = 0; step !== undefined && links < MOST_LINKS; links++) {
    const places = [step, paths.join(machine.realPath(paths.dirname(step)), paths.basename(step))];
    if (places.some((place) => all.some((folder) => isBelow(machine, place, folder)))) {
      return true;
    }
    step = machine.linkOf(step);
  }
  const real = machine.realPath(name);
  return step !== undefined || all.some((folder) => isBelow(machine, real, folder));
}

/** `~`, `${userHome}`, `${workspaceFolder}` and `${env:NAME}` replaced. */
export function expanded(machine: Machine, text: string, folder: string | undefined): string {
  const home = /^~(?=$|[/\\])/.test(text) ? machine.home + text.slice(1) : text;
  return home.replace(/\$\{(userHome|workspaceFolder|env:([^}]+))\}/g, (whole, word: string, name?: string) => {
    if (word === "userHome") {
      return machine.home;
    }
    return (word === "workspaceFolder" ? folder : machine.env[name ?? ""]) ?? whole;
  });
}

/** All programs of that name on PATH, absolute, first come first. Relative entries of PATH count for nothing. */
export function onPath(machine: Machine, name: string): string[] {
  const paths = pathOf(machine);
  const windows = machine.platform === "win32";
  // Not .cmd and .bat: those need a shell to start.
  const names = windows && !name.toLowerCase().endsWith(".exe") ? [`${name}.exe`] : [name];
  return pathEntries(machine)
    .flatMap((entry) => names.map((one) => paths.join(entry, one)))
    .filter((found, index, all) => all.indexOf(found) === index && machine.isFile(found));
}

export function pathEntries(machine: Machine): string[] {
  const paths = pathOf(machine);
  const key = Object.keys(machine.env).find((one) => one.toUpperCase() === "PATH") ?? "PATH";
  return (machine.env[key] ?? "").split(paths.delimiter).filter((entry) => paths.isAbsolute(entry));
}

/** The interpreter of an environment's folder. */
export function pythonIn(machine: Machine, folder: string): string | undefined {
  const names = machine.platform === "win32" ? ["Scripts\\python.exe", "python.exe"] : ["bin/python", "bin/python3"];
  return names.map((name) => pathOf(machine).join(folder, name)).find((found) => machine.isFile(found));
}

/** The interpreters of the virtual environments that lie in a folder. */
export function environmentsIn(machine: Machine, folder: string): string[] {
  const paths = pathOf(machine);
  return [".venv", "venv"]
    .map((name) => paths.join(folder, name))
    .filter((environment) => machine.isFile(paths.join(environment, "pyvenv.cfg")))
    .flatMap((environment) => pythonIn(machine, environment) ?? []);
}

/**
 * The program that a setting names: a path, relative to `folder`, or a name on PATH. A folder is as
 * good as the interpreter in it. Undefined where nothing is there.
 */
export function namedProgram(machine: Machine, written: string, folder: string | undefined): string | undefined {
  const text = expanded(machine, written, folder);
  if (!/[/\\]/.test(text)) {
    return onPath(machine, text)[0];
  }
  const paths = pathOf(machine);
  if (!paths.isAbsolute(text) && folder === undefined) {
    return undefined;
  }
  const path = paths.resolve(folder ?? "", text);
  return machine.isFile(path) ? path : pythonIn(machine, path);
}

/** A value of `pipelens.interpreter` as a path, for the server; as it is written where nothing is there. */
export function interpreterPath(machine: Machine, value: unknown, folder: string | undefined): string | null {
  const written = typeof value === "string" ? value.trim() : "";
  return written === "" ? null : (namedProgram(machine, written, folder) ?? expanded(machine, written, folder));
}
