/** The programs that an installation runs, one after the other. */
import type { Environment, Machine } from "../client/machine.ts";
import { pathOf } from "../client/paths.ts";
import type { Target } from "./target.ts";

export interface Step {
  readonly doing: string;
  readonly command: readonly string[];
}

/** The steps, or in words why there are none. Python is started isolated: it imports from nowhere but its own. */
export function stepsFor(machine: Machine, target: Target, wheel: string): readonly Step[] | string {
  switch (target.kind) {
    case "none":
      return target.because;
    case "new": {
      const { environment, base, uv } = target;
      const python = pythonOf(machine, environment);
      const making = `making ${environment}`;
      if (base.makesVenv) {
        return [
          { doing: making, command: [base.python, "-I", "-m", "venv", environment] },
          withPip(python, wheel),
        ];
      }
      return uv === undefined
        ? `${base.python} has no venv module: install it (on Debian and Ubuntu python3-venv).`
        : [{ doing: making, command: [uv, "venv", "--python", base.python, environment] }, withUv(uv, python, wheel)];
    }
    case "into": {
      const { environment, uv } = target;
      const { python } = environment;
      if (environment.hasPip) {
        return [withPip(python, wheel)];
      }
      if (uv !== undefined) {
        return [withUv(uv, python, wheel)];
      }
      if (environment.byUv || !environment.hasEnsurepip) {
        const by = environment.byUv ? " (uv made it, and is not on PATH)" : "";
        return `${environment.prefix} has no pip${by}: install pip or uv, or select another interpreter.`;
      }
      const getPip = [python, "-I", "-m", "ensurepip", "--default-pip"];
      return [{ doing: "getting pip", command: getPip }, withPip(python, wheel)];
    }
  }
}

/** Compiled is what is imported, when it is: to compile everything takes longer than all else. */
function withPip(python: string, wheel: string): Step {
  return { doing: "installing", command: [python, "-I", "-m", "pip", "install", "--no-compile", wheel] };
}

function withUv(uv: string, python: string, wheel: string): Step {
  return { doing: "installing", command: [uv, "pip", "install", "--python", python, wheel] };
}

export function pythonOf(machine: Machine, environment: string): string {
  const parts = machine.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  return pathOf(machine).join(environment, ...parts);
}

/** Settings of pip that would put the packages elsewhere, or make it wait for an answer, are overruled. */
export function installEnvironment(env: Environment): Environment {
  return {
    ...env,
    PIP_DISABLE_PIP_VERSION_CHECK: "1",
    PIP_NO_INPUT: "1",
    PIP_NO_COLOR: "1",
    PIP_PROGRESS_BAR: "off",
    PIP_USER: "0",
    PIP_TARGET: undefined,
    PIP_PREFIX: undefined,
    PIP_ROOT: undefined,
    PYTHONUNBUFFERED: "1",
    NO_COLOR: "1",
  };
}

/** For people to read before it is done; what a shell would split is quoted. */
export function commandLine(command: readonly string[]): string {
  return command.map((word) => (/^[\w./\\:=@%+,~-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}
