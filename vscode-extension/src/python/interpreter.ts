/** The interpreter that was chosen in the Python extension, where that is installed. Not a dependency. */
import type { Disposable } from "../client/connection.ts";

export const PYTHON_EXTENSION = "ms-python.python";

/** What of an extension is used here; VS Code's own type satisfies it. */
export interface Extension {
  readonly isActive: boolean;
  readonly exports: unknown;
  activate(): Thenable<unknown>;
}

/** The part of the Python extension's published API that is used here. */
interface PythonApi {
  readonly environments: {
    getActiveEnvironmentPath(resource?: unknown): { readonly path: string } | undefined;
    onDidChangeActiveEnvironmentPath(told: (event: unknown) => void): Disposable;
  };
}

/** It may take long to start; a server is worth more than its answer, which is told later, too. */
const PATIENCE = 2_000;

export class PythonExtension {
  private api: PythonApi | undefined;
  private asked: Promise<void> | undefined;
  private readonly listeners = new Set<() => void>();
  private listening: Disposable | undefined;

  constructor(private readonly find: () => Extension | undefined) {}

  get isPresent(): boolean {
    return this.find() !== undefined;
  }

  /** The chosen interpreter, or the folder of its environment; undefined where nothing is chosen (yet). */
  async chosen(resource?: unknown): Promise<string | undefined> {
    this.asked ??= this.connect();
    await this.withPatience(this.asked);
    try {
      const path = this.api?.environments.getActiveEnvironmentPath(resource)?.path;
      // "python" stands for "nothing chosen" there.
      return path === undefined || path === "" || path === "python" ? undefined : path;
    } catch {
      return undefined;
    }
  }

  onChange(told: () => void): Disposable {
    this.listeners.add(told);
    return { dispose: () => this.listeners.delete(told) };
  }

  dispose(): void {
    this.listening?.dispose();
    this.listeners.clear();
  }

  /** What is known only later is told as a change. */
  private async withPatience(asked: Promise<void>): Promise<void> {
    let isLate = false;
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isLate = true;
        resolve();
      }, PATIENCE);
    });
    void asked.then(() => {
      if (isLate) {
        this.tell();
      }
    });
    await Promise.race([asked, limit]);
    clearTimeout(timer);
  }

  private tell(): void {
    for (const listener of [...this.listeners]) {
      listener();
    }
  }

  private async connect(): Promise<void> {
    const extension = this.find();
    if (extension === undefined) {
      this.asked = undefined; // it may be installed while the window is open
      return;
    }
    try {
      const api: unknown = extension.isActive ? extension.exports : await extension.activate();
      if (!isPythonApi(api)) {
        return;
      }
      this.api = api;
      this.listening = api.environments.onDidChangeActiveEnvironmentPath(() => {
        this.tell();
      });
    } catch {
      // It could not start: as if it were not there.
    }
  }
}

function isPythonApi(value: unknown): value is PythonApi {
  const environments = property(value, "environments");
  return (
    typeof property(environments, "getActiveEnvironmentPath") === "function" &&
    typeof property(environments, "onDidChangeActiveEnvironmentPath") === "function"
  );
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
