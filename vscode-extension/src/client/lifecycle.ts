/**
 * When the server is started, stopped and started again. One thing at a time: what is asked for while
 * a start or a stop is going on waits for it.
 */
import type { Disposable, ServerState } from "./connection.ts";
import { ExitedEarly, StartProblem } from "./errors.ts";

/** Seconds before each new start of a server that ended by itself. */
export const BACKOFF: readonly number[] = [1, 4, 16];

/** A server that ran this long (milliseconds) was well: the next end of it is a first one again. */
export const WELL_AFTER = 180_000;

/** ended: settles, with how it ended, when the process is gone, be it asked to or not. */
export interface RunningServer {
  readonly version: string;
  readonly from: string;
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts a server; rejects with a `StartProblem`. */
export type Launch = () => Promise<RunningServer>;

export interface Clock {
  now(): number;
  after(milliseconds: number, work: () => void): Disposable;
}

export class Lifecycle {
  private readonly listeners = new Set<(state: ServerState) => void>();
  private queue: Promise<void> = Promise.resolve();
  private server: RunningServer | undefined;
  private timer: Disposable | undefined;
  private ends = 0;
  private current: ServerState = { kind: "stopped", asked: false };
  private isStopped = false;

  constructor(
    private readonly launch: Launch,
    private readonly clock: Clock,
  ) {}

  get state(): ServerState {
    return this.current;
  }

  onState(told: (state: ServerState) => void): Disposable {
    this.listeners.add(told);
    return { dispose: () => this.listeners.delete(told) };
  }

  /** Starts it unless it runs, or somebody stopped it. */
  start(): Promise<void> {
    return this.next(() => (this.isStopped || this.server !== undefined ? undefined : this.go()));
  }

  /** Stops it until somebody asks for a restart. */
  stop(): Promise<void> {
    this.isStopped = true;
    this.cancelTimer();
    return this.next(async () => {
      await this.end();
      this.tell({ kind: "stopped", asked: true });
    });
  }

  /** Because a person asked for it: also after a stop, and with all attempts anew. */
  restart(): Promise<void> {
    this.isStopped = false;
    this.ends = 0;
    return this.again();
  }

  /** Because something changed that the start depends on: a server that was stopped stays so. */
  refresh(): Promise<void> {
    return this.isStopped ? Promise.resolve() : this.again();
  }

  private again(): Promise<void> {
    this.cancelTimer();
    return this.next(async () => {
      await this.end();
      if (!this.isStopped) {
        await this.go();
      }
    });
  }

  private next(work: () => Promise<void> | undefined): Promise<void> {
    this.queue = this.queue.then(work).catch(() => undefined);
    return this.queue;
  }

  private async go(): Promise<void> {
    this.cancelTimer();
    this.tell({ kind: "starting" });
    const began = this.clock.now();
    let server: RunningServer;
    try {
      server = await this.launch();
    } catch (error) {
      const problem = error instanceof StartProblem ? error : new ExitedEarly(String(error));
      this.failed(problem, began);
      return;
    }
    this.server = server;
    this.tell({ kind: "running", version: server.version, from: server.from });
    void server.ended.then((how) => {
      if (this.server === server) {
        this.server = undefined;
        this.failed(new ExitedEarly(how), began);
      }
    });
  }

  private failed(problem: StartProblem, began: number): void {
    if (!(problem instanceof ExitedEarly)) {
      this.tell({ kind: "failed", problem });
      return;
    }
    this.ends = this.clock.now() - began >= WELL_AFTER ? 0 : this.ends;
    const pause = BACKOFF[this.ends];
    if (pause === undefined || this.isStopped) {
      this.tell({ kind: "failed", problem });
      return;
    }
    this.ends += 1;
    this.tell({ kind: "starting", again: { seconds: pause, why: problem.message } });
    this.timer = this.clock.after(pause * 1000, () => void this.start());
  }

  private async end(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    await server?.stop();
  }

  private cancelTimer(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }

  private tell(state: ServerState): void {
    this.current = state;
    for (const listener of [...this.listeners]) {
      listener(state);
    }
  }
}
