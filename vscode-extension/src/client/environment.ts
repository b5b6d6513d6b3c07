/** The environment that programs of ours are started with. */
import type { Environment, Machine } from "./machine.ts";
import { isFrom, pathOf } from "./paths.ts";

/** Says where Python looks for modules, or what it runs at its start. */
const LENT = ["PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONPLATLIBDIR"];

/**
 * That of the editor without what belongs to the editor alone, and with `PYTHONSAFEPATH`, so that
 * no Python imports from the folder it is started in (the server takes it away again for tasks).
 *
 * Before trust nothing of it may lead into the workspace: neither `PYTHONPATH` (a `sitecustomize.py`
 * there would run at the start) nor an activated environment.
 */
export function serverEnvironment(
  machine: Machine,
  folders: readonly string[],
  trusted: boolean,
  chosen: Readonly<Record<string, string | null>> = {},
): Environment {
  const made: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(machine.env)) {
    if (value !== undefined && !/^(ELECTRON_|VSCODE_)/.test(name)) {
      made[name] = value;
    }
  }
  for (const [name, value] of Object.entries(chosen)) {
    made[name] = value ?? undefined;
  }
  if (!trusted) {
    for (const name of LENT) {
      made[name] = safeEntries(machine, made[name], folders);
    }
  }
  made["PYTHONSAFEPATH"] = "1";
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
}

function safeEntries(machine: Machine, value: string | undefined, folders: readonly string[]): string | undefined {
  const paths = pathOf(machine);
  const kept = (value ?? "")
    .split(paths.delimiter)
    .filter((entry) => paths.isAbsolute(entry) && !isFrom(machine, entry, folders));
  return kept.length > 0 ? kept.join(paths.delimiter) : undefined;
}
