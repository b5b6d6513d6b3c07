/** Where F5 is ours. */

/** path, language: of what is looked at. sources: paths of the files that tasks are written in. */
export interface Window {
  readonly path: string | undefined;
  readonly language: string | undefined;
  readonly sources: ReadonlySet<string>;
  readonly hasOtherDebugger: boolean;
  readonly configurations: readonly unknown[];
  readonly sessions: number;
}

/**
 * In files of tasks, and wherever it takes nothing from anybody: in a Python file that is of no task
 * another debugger for Python is left alone, unless a configuration of ours is written down (which may
 * be started from every file) or a session of ours is there (which may be restarted from every file).
 */
export function isOffered(window: Window): boolean {
  const { path, language, sources, hasOtherDebugger, configurations, sessions } = window;
  if (sessions > 0 || configurations.some(isOurs)) {
    return true;
  }
  if (path !== undefined && sources.has(path)) {
    return true;
  }
  return !(hasOtherDebugger && language === "python") && sources.size > 0;
}

function isOurs(configuration: unknown): boolean {
  return (
    typeof configuration === "object" &&
    configuration !== null &&
    "type" in configuration &&
    configuration.type === "pipelens"
  );
}
