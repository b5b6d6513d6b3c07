/** What an interpreter is: whose it is, and what it can do about installing. */
import type { Environment, Machine } from "../client/machine.ts";
import type { Version } from "../client/version.ts";

/**
 * venv: made for a project; conda: an environment of conda's; conda-base, system: everybody's, where
 * nothing may be put; tool: made by pipx or uv for one program alone.
 */
export type Kind = "venv" | "conda" | "conda-base" | "system" | "tool";

/** byUv: uv made it. makesVenv: it can make virtual environments that have pip. */
export interface Described {
  readonly python: string;
  readonly version: Version;
  readonly prefix: string;
  readonly kind: Kind;
  readonly byUv: boolean;
  readonly isManaged: boolean;
  readonly isWritable: boolean;
  readonly hasPip: boolean;
  readonly hasEnsurepip: boolean;
  readonly makesVenv: boolean;
}

const QUESTION = `
import json, os, sys, sysconfig
from importlib.util import find_spec
def has(*names):
    return any(os.path.exists(os.path.join(sys.prefix, name)) for name in names)
byUv = False
try:
    with open(os.path.join(sys.prefix, "pyvenv.cfg"), "rb") as file:
        byUv = any(line.split(b"=")[0].strip() == b"uv" for line in file)
except OSError:
    pass
if has("pipx_metadata.json", "uv-receipt.toml"):
    kind = "tool"
elif sys.prefix != sys.base_prefix:
    kind = "venv"
elif has("conda-meta"):
    kind = "conda-base" if has("condabin") else "conda"
else:
    kind = "system"
ensurepip = find_spec("ensurepip") is not None
print("pipelens-python " + json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "prefix": sys.prefix,
    "kind": kind,
    "byUv": byUv,
    "isManaged": os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")),
    "isWritable": os.access(sysconfig.get_path("purelib"), os.W_OK),
    "hasPip": find_spec("pip") is not None,
    "hasEnsurepip": ensurepip,
    "makesVenv": ensurepip and find_spec("venv") is not None,
}))
`;

/** Asks an interpreter of a trusted workspace; undefined where it does not answer. */
export async function describe(
  machine: Machine,
  python: string,
  env: Environment,
  cwd: string,
): Promise<Described | undefined> {
  const ran = await machine.run([python, "-I", "-c", QUESTION], env, cwd);
  const told = ran.kind === "ended" ? /^pipelens-python (\{.*\})\r?$/m.exec(ran.stdout)?.[1] : undefined;
  if (told === undefined) {
    return undefined;
  }
  try {
    return { ...(JSON.parse(told) as Omit<Described, "python">), python };
  } catch {
    return undefined;
  }
}
