/** Where Pipelens is installed: the chosen environment, else a new one beside the pipeline; never a system Python. */
import type { Machine } from "../client/machine.ts";
import { onPath, pathOf, pythonIn } from "../client/paths.ts";
import { installedPythons, isNewEnough, MINIMUM_PYTHON } from "../client/pythons.ts";
import type { Described } from "./described.ts";

/** uv: its program, where there is one. because: why it is this one, a sentence. */
export type Target =
  | { readonly kind: "into"; readonly environment: Described; readonly uv: string | undefined }
  | {
      readonly kind: "new";
      readonly environment: string;
      readonly base: Described;
      readonly uv: string | undefined;
      readonly because: string;
    }
  | { readonly kind: "none"; readonly because: string };

export type Describing = (python: string) => Promise<Described | undefined>;

/**
 * chosen: the interpreter of the project, if one was chosen. folder: where a new environment may be
 * made, the workspace's folder.
 */
export async function findTarget(
  machine: Machine,
  describing: Describing,
  chosen: string | undefined,
  folder: string | undefined,
): Promise<Target> {
  const uv = uvOf(machine);
  const told = chosen === undefined ? undefined : await describing(chosen);
  const refused = refusal(chosen, told);
  if (told !== undefined && refused === undefined) {
    return { kind: "into", environment: told, uv };
  }
  if (told?.kind === "venv") {
    // It is the project's own: another one beside it would take its tasks away from it.
    return { kind: "none", because: refused ?? "" };
  }
  if (folder === undefined) {
    return { kind: "none", because: `${refused ?? ""} Open a folder, or select the interpreter of an environment.`.trim() };
  }
  return newEnvironment(machine, describing, told, folder, uv, refused);
}

/** Why nothing may be installed into it; undefined where it may. */
export function refusal(python: string | undefined, told: Described | undefined): string | undefined {
  if (python === undefined) {
    return "No environment was chosen for this project.";
  }
  if (told === undefined) {
    return `${python} does not answer.`;
  }
  switch (told.kind) {
    case "system":
      return `${python} is a Python for everybody on this machine: nothing is installed into it.`;
    case "conda-base":
      return `${python} is conda's base environment: nothing is installed into it.`;
    case "tool":
      return `${python} belongs to a program that was installed with pipx or uv: nothing is installed into it.`;
    case "venv":
    case "conda":
  }
  if (told.kind === "conda" && told.isManaged) {
    return `${told.prefix} is marked as managed by its owner: nothing is installed into it.`;
  }
  if (!isNewEnough(told.version)) {
    return `${python} is Python ${told.version}; Pipelens needs ${MINIMUM_PYTHON} or newer.`;
  }
  return told.isWritable ? undefined : `${told.prefix} cannot be written to.`;
}

async function newEnvironment(
  machine: Machine,
  describing: Describing,
  chosen: Described | undefined,
  folder: string,
  uv: string | undefined,
  refused: string | undefined,
): Promise<Target> {
  const environment = pathOf(machine).join(folder, ".venv");
  const existing = pythonIn(machine, environment);
  if (existing !== undefined) {
    const told = await describing(existing);
    const why = refusal(existing, told);
    return told !== undefined && why === undefined
      ? { kind: "into", environment: told, uv }
      : { kind: "none", because: why ?? "" };
  }
  if (machine.isFolder(environment) || machine.isFile(environment)) {
    return { kind: "none", because: `${environment} is there, and is no environment: move it away, or select another.` };
  }
  const because = refused ?? "No environment was chosen for this project.";
  const base = await firstBase(describing, chosen, installedPythons(machine), uv !== undefined);
  if (base === undefined) {
    const missing = `No Python ${MINIMUM_PYTHON} or newer that can make an environment was found`;
    return { kind: "none", because: `${missing}: install one with its venv module (on Debian and Ubuntu python3-venv).` };
  }
  return { kind: "new", environment, base, uv, because };
}

/** The project's own Python before others, since its tasks run on it today. */
async function firstBase(
  describing: Describing,
  chosen: Described | undefined,
  others: readonly string[],
  hasUv: boolean,
): Promise<Described | undefined> {
  const fits = (one: Described | undefined): one is Described =>
    one !== undefined && one.kind !== "tool" && isNewEnough(one.version) && (one.makesVenv || hasUv);
  if (fits(chosen)) {
    return chosen;
  }
  for (const python of others) {
    const told = await describing(python);
    if (fits(told)) {
      return told;
    }
  }
  return undefined;
}

/** That of the environment in which the editor was started: tasks run in it where nothing else is chosen. */
export function activePython(machine: Machine): string | undefined {
  const prefixes = [machine.env["VIRTUAL_ENV"], machine.env["CONDA_PREFIX"]];
  return prefixes.flatMap((prefix) => (prefix === undefined || prefix === "" ? [] : (pythonIn(machine, prefix) ?? [])))[0];
}

function uvOf(machine: Machine): string | undefined {
  const paths = pathOf(machine);
  const name = machine.platform === "win32" ? "uv.exe" : "uv";
  const usual = [".local/bin", ".cargo/bin"].map((place) => paths.join(machine.home, place, name));
  return onPath(machine, "uv")[0] ?? usual.find((path) => machine.isFile(path));
}
