/** Pythons: what one says of itself, and where others may be. */
import type { Environment, Machine } from "./machine.ts";
import { onPath, pathEntries, pathOf } from "./paths.ts";
import { atLeast, type Version } from "./version.ts";

/** The oldest Python that the server runs on. */
export const MINIMUM_PYTHON = "3.10";

/**
 * What an interpreter said. server: the version of `pipelens` that it can import, if any. executable:
 * itself; another path than the one asked where that is a script which chooses a Python (and is slow).
 */
export interface Python {
  readonly kind: "python";
  readonly version: Version;
  readonly server: Version | undefined;
  readonly lacks: string;
  readonly executable: string;
}

export type Asked = Python | { readonly kind: "failed"; readonly reason: string };

const QUESTION = `
import sys
found = lacks = ""
try:
    import pipelens
    found = pipelens.__version__
    from importlib.util import find_spec
    lacks = " ".join(name for name in ("yaml", "pygls", "lsprotocol") if find_spec(name) is None)
except Exception:
    pass
print("|".join(["pipelens-python", "%d.%d.%d" % sys.version_info[:3], found, lacks, sys.executable or ""]))
`;

/** Asks an interpreter. It ignores `PYTHON…` of the environment; `cwd` must be a folder of ours. */
export async function ask(machine: Machine, python: string, env: Environment, cwd: string): Promise<Asked> {
  const ran = await machine.run([python, "-E", "-c", QUESTION], env, cwd);
  if (ran.kind === "failed") {
    return ran;
  }
  const said = /^pipelens-python\|([\d.]+)\|([^|\r\n]*)\|([^|\r\n]*)\|(.*?)\r?$/m.exec(ran.stdout);
  if (said === null) {
    const last = ran.stderr.trim().split(/\r?\n/).at(-1) ?? "";
    return { kind: "failed", reason: last === "" ? "it does not answer as a Python does" : `it fails: ${last}` };
  }
  const [, version = "", server = "", lacks = "", told = ""] = said;
  const executable = machine.isFile(told) ? told : python;
  return { kind: "python", version, server: server === "" ? undefined : server, lacks, executable };
}

/** Whether a command is the question that `ask` puts to a Python. */
export function isQuestion(command: readonly string[]): boolean {
  return command.at(-1) === QUESTION;
}

/** Whether an answer names a version of the server. */
export function tellsOfServer(stdout: string): boolean {
  return /^pipelens-python\|[\d.]+\|[^|\r\n]+\|\|/m.test(stdout);
}

export function isNewEnough(version: Version): boolean {
  return atLeast(version, MINIMUM_PYTHON);
}

/** `-P`, which later Pythons have, keeps the folder that Python is started in off its path. */
export function safeFlags(version: Version): string[] {
  return atLeast(version, "3.11") ? ["-E", "-P"] : ["-E"];
}

/** Other Pythons of this machine, absolute paths, likeliest first. */
export function installedPythons(machine: Machine): string[] {
  const names = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
  const found = names.flatMap((name) => onPath(machine, name));
  const paths = pathOf(machine);
  const known =
    machine.platform === "win32"
      ? ["python.exe"].flatMap((name) =>
          ["Python314", "Python313", "Python312", "Python311", "Python310"].map((folder) =>
            paths.join(machine.env["LOCALAPPDATA"] ?? "C:\\", "Programs", "Python", folder, name),
          ),
        )
      : ["/opt/homebrew/bin/python3", "/usr/local/bin/python3", "/usr/bin/python3"].filter(
          (name) => !pathEntries(machine).includes(paths.dirname(name)),
        );
  return [...found, ...known.filter((name) => machine.isFile(name))]
    .filter((name, index, all) => all.findIndex((one) => placed(machine, one) === placed(machine, name)) === index)
    .filter((name) => !asksToInstall(machine, name));
}

/** The same for `/bin/python3` and `/usr/bin/python3` where `/bin` is a link; not for a virtual environment's. */
function placed(machine: Machine, name: string): string {
  const paths = pathOf(machine);
  return paths.join(machine.realPath(paths.dirname(name)), paths.basename(name));
}

/** Apple's and Microsoft's stand-ins, which open an installer when no Python is there. */
function asksToInstall(machine: Machine, name: string): boolean {
  if (machine.platform === "win32") {
    return name.toLowerCase().includes("\\microsoft\\windowsapps\\");
  }
  return (
    machine.platform === "darwin" &&
    name === "/usr/bin/python3" &&
    !machine.isFile("/Library/Developer/CommandLineTools/usr/bin/python3") &&
    !machine.isFolder("/Applications/Xcode.app")
  );
}
