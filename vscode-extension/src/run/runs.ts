/** Runs as models: what the server tells of them, event by event. */
import type { EndTold, Mode, PlanTold, RunEvent } from "../protocol.gen.ts";

export type Happening = RunEvent["events"][number];

/** `lost`: the server that followed it ended, and the one after it knows nothing of it. */
export type Ending = EndTold["state"] | "lost";

/**
 * One run. seq: of the last event. pid: of the process that builds, once it has told. steps: how many
 * tasks are to run, once that is known. task: what runs now or, in the end, what failed; its `number` of `total`.
 */
export interface RunModel {
  readonly id: string;
  readonly pipeline: string;
  readonly seq: number;
  readonly mode: Mode;
  readonly pid: number | null;
  readonly steps: number | null;
  readonly task: string | null;
  readonly number: number;
  readonly total: number;
  readonly done: readonly string[];
  readonly failed: readonly string[];
  readonly ending: Ending | null;
}

export function newRun(id: string, pipeline: string, mode: Mode = "build"): RunModel {
  const counts = { seq: 0, pid: null, steps: null, task: null, number: 0, total: 0 };
  return { id, pipeline, mode, ...counts, done: [], failed: [], ending: null };
}

/** The run after an event; kinds that this version does not know change nothing. */
export function reduce(run: RunModel, event: Happening): RunModel {
  const now = { ...run, seq: Math.max(run.seq, event.seq) };
  switch (event.kind) {
    case "run":
      return { ...now, mode: event.mode, pid: event.pid };
    case "plan":
      return { ...now, steps: (event.first === 0 ? 0 : (run.steps ?? 0)) + toRun(event) };
    case "task":
      switch (event.state) {
        case "started":
          return { ...now, task: event.task, number: event.number, total: event.total };
        case "finished":
          return { ...now, done: [...run.done, event.task] };
        case "failed":
          return { ...now, task: event.task, failed: [...run.failed, event.task] };
        default:
          return now;
      }
    case "end":
      return { ...now, ending: event.state };
    default:
      return now;
  }
}

function toRun(plan: PlanTold): number {
  return plan.steps.filter((step) => step.action === "run").length;
}

/** What came of a message: the run before and after it, and the events that were news. */
export interface News {
  readonly before: RunModel | null;
  readonly run: RunModel;
  readonly events: readonly Happening[];
}

const MOST_ENDED = 50;

/** All runs that this window has heard of; of those that ended only the newest. */
export class RunBook {
  private readonly runs = new Map<string, RunModel>();

  get(id: string): RunModel | undefined {
    return this.runs.get(id);
  }

  /** Runs under way, of one pipeline or of all. */
  active(pipeline?: string): RunModel[] {
    return [...this.runs.values()].filter(
      (run) => run.ending === null && (pipeline === undefined || run.pipeline === pipeline),
    );
  }

  /** A run that was just started. */
  add(run: RunModel): void {
    if (!this.runs.has(run.id)) {
      this.runs.set(run.id, run);
    }
  }

  /** Events that were told before, as those that a restarted server repeats, are no news. */
  apply(message: RunEvent): News {
    const before = this.runs.get(message.run) ?? null;
    let run = before ?? newRun(message.run, message.pipeline);
    const events = message.events.filter((event) => event.seq > run.seq);
    for (const event of events) {
      run = reduce(run, event);
    }
    this.runs.delete(run.id);
    this.runs.set(run.id, run);
    this.forgetOld();
    return { before, run, events };
  }

  /** Nobody knows how it ended. */
  lose(id: string): RunModel | null {
    const run = this.runs.get(id);
    if (run === undefined || run.ending !== null) {
      return null;
    }
    const lost: RunModel = { ...run, ending: "lost" };
    this.runs.set(id, lost);
    return lost;
  }

  private forgetOld(): void {
    const ended = [...this.runs.values()].filter((run) => run.ending !== null);
    for (const run of ended.slice(0, Math.max(0, ended.length - MOST_ENDED))) {
      this.runs.delete(run.id);
    }
  }
}

/** The name of a pipeline's terminal: `↻ clean 3/12`, then `✓ clean` or `✗ clean`. name: of the pipeline. */
export function title(run: RunModel, name: string): string {
  switch (run.ending) {
    case null: {
      const many = run.total > 1 ? ` ${run.number}/${run.total}` : "";
      return `↻ ${run.task ?? name}${many}`;
    }
    case "ok":
    case "early_stop":
      return `✓ ${run.total > 1 ? name : (run.task ?? name)}`;
    case "failed":
      return `✗ ${run.failed.at(-1) ?? run.task ?? name}`;
    case "stopped":
      return `■ ${run.task ?? name}`;
    default:
      return name;
  }
}

/** Whom somebody waits for, in words. own: whether it was started in this window. */
export function words(run: RunModel, own: boolean): string {
  const what = run.task === null ? "the run under way" : `the run that is at ${run.task}`;
  const process = run.pid === null ? "" : ` (process ${run.pid})`;
  return own ? what : `${what}, which was started elsewhere${process}`;
}
