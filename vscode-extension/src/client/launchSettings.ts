/**
 * The settings that choose a program, its arguments or its environment.
 *
 * `package.json` lists the same under `restrictedConfigurations` (a test compares them): VS Code then
 * hides a workspace's values until the workspace is trusted. Nothing else that a person can set is
 * known to the search for a server.
 */
import { BadSetting } from "./errors.ts";

export const LAUNCH_SETTINGS = ["pipelens.interpreter", "pipelens.server.command", "pipelens.server.env"] as const;

export type LaunchSetting = (typeof LAUNCH_SETTINGS)[number];

/** interpreter, command: as they are written. env: null takes a variable away. */
export interface LaunchSettings {
  readonly interpreter: string | undefined;
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | null>>;
  readonly faults: readonly BadSetting[];
}

/** What `values` say; what cannot be understood is a fault and counts as not set. */
export function launchSettings(values: Readonly<Record<LaunchSetting, unknown>>): LaunchSettings {
  const faults: BadSetting[] = [];
  const fault: Fault = (setting, why) => {
    faults.push(new BadSetting(setting, why));
  };
  return {
    interpreter: interpreterOf(values["pipelens.interpreter"], fault),
    command: commandOf(values["pipelens.server.command"], fault),
    env: envOf(values["pipelens.server.env"], fault),
    faults,
  };
}

type Fault = (setting: LaunchSetting, why: string) => void;

function interpreterOf(value: unknown, fault: Fault): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== "string") {
    fault("pipelens.interpreter", "it must be a text, the path of a Python or of an environment's folder");
    return undefined;
  }
  return value.trim() === "" ? undefined : value.trim();
}

function commandOf(value: unknown, fault: Fault): readonly string[] | undefined {
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  const words: unknown[] = Array.isArray(value) ? value : [value];
  if (!words.every((word) => typeof word === "string")) {
    fault("pipelens.server.command", 'it must be a list of texts, such as ["/opt/tools/bin/pipelens"]');
    return undefined;
  }
  const program = withoutVerb(words);
  return program.length > 0 && program[0] !== "" ? program : undefined;
}

/** `lsp` is said by us; that it was written, too, is no mistake. */
function withoutVerb(words: readonly string[]): readonly string[] {
  const plain = words.at(-1) === "--stdio" ? words.slice(0, -1) : words;
  return plain.at(-1) === "lsp" ? plain.slice(0, -1) : plain;
}

function envOf(value: unknown, fault: Fault): Record<string, string | null> {
  const made: Record<string, string | null> = {};
  if (value === undefined || value === null) {
    return made;
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    fault("pipelens.server.env", "it must be an object of names and values");
    return made;
  }
  for (const [name, text] of Object.entries(value as Record<string, unknown>)) {
    if (typeof text === "string" || text === null) {
      made[name] = text;
    } else if (typeof text === "number") {
      made[name] = String(text);
    } else {
      fault("pipelens.server.env", `the value of ${name} must be a text or null`);
    }
  }
  return made;
}
