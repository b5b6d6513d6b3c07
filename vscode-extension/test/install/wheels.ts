/** Wheels that need no index: a package `pipelens` of nothing but its version. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";

const MAKE = `
import sys, zipfile
path, needs = sys.argv[1:]
info = "pipelens-9.9.dist-info/"
with zipfile.ZipFile(path, "w") as wheel:
    wheel.writestr("pipelens.py", "__version__ = '9.9'\\n")
    need = "Requires-Dist: %s\\n" % needs if needs else ""
    wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: pipelens\\nVersion: 9.9\\n" + need)
    wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(info + "RECORD", "pipelens.py,,\\n%sMETADATA,,\\n%sWHEEL,,\\n%sRECORD,,\\n" % (info, info, info))
`;

export function wheelIn(folder: string, python: string, needs = ""): string {
  const path = join(folder, "pipelens-9.9-py3-none-any.whl");
  execFileSync(python, ["-I", "-c", MAKE, path, needs]);
  return path;
}
