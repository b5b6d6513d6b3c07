/** What a debugged task's upstream is, when it is out of date. */

export type Upstream = "build" | "ignore";

export const SETTING = "pipelens.debug.upstream";

export type Answer = Upstream | "always" | "cancel";

/** What the window does for the question. remember: writes it as the setting. */
export interface Asked {
  readonly setting: unknown;
  ask(): Promise<Answer>;
  remember(upstream: Upstream): Promise<void>;
}

/**
 * What to say to the adapter, "cancel" for nothing at all. written: in the configuration; it counts.
 * Undefined: nothing, the adapter then builds what became stale in the meantime.
 */
export async function upstreamOf(
  written: string | undefined,
  ready: boolean,
  asked: Asked,
): Promise<string | undefined> {
  if (written !== undefined) {
    return written;
  }
  if (asked.setting === "build" || asked.setting === "ignore") {
    return asked.setting;
  }
  if (ready) {
    return undefined;
  }
  const answer = await asked.ask();
  if (answer === "always") {
    await asked.remember("build");
    return "build";
  }
  return answer;
}
