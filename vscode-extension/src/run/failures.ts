/** Which tasks failed in their last run, as far as this window knows. */
import type { Failure, TaskRef } from "../protocol.gen.ts";

/** A failure stands until the task runs again, whatever is edited. */
export class Failures {
  private readonly kept = new Map<string, Failure>();

  get all(): readonly Failure[] {
    return [...this.kept.values()];
  }

  /** A task failed; whether that is news. */
  failed(failure: Failure): boolean {
    const key = keyOf(failure.pipeline, failure.problem.task);
    const known = this.kept.get(key);
    if (failure.problem.severity !== "error" || (known !== undefined && same(known, failure))) {
      return false;
    }
    this.kept.set(key, failure);
    return true;
  }

  /** A task runs (again); whether that is news. */
  began(pipeline: string, task: string): boolean {
    return this.kept.delete(keyOf(pipeline, task));
  }

  /**
   * What the server reads in the history counts, but for runs under way: of those the events say more.
   * under: the ids of runs that have not ended. Whether that is news.
   */
  settle(told: readonly Failure[], under: ReadonlySet<string>, running: ReadonlySet<string>): boolean {
    const wanted = new Map<string, Failure>();
    for (const failure of this.kept.values()) {
      if (under.has(failure.run)) {
        wanted.set(keyOf(failure.pipeline, failure.problem.task), failure);
      }
    }
    for (const failure of told) {
      const key = keyOf(failure.pipeline, failure.problem.task);
      if (!wanted.has(key) && !running.has(key)) {
        wanted.set(key, failure);
      }
    }
    const isNews =
      wanted.size !== this.kept.size ||
      [...wanted].some(([key, failure]) => {
        const known = this.kept.get(key);
        return known === undefined || !same(known, failure);
      });
    this.kept.clear();
    for (const [key, failure] of wanted) {
      this.kept.set(key, failure);
    }
    return isNews;
  }
}

/** The URI that opens what a failure recorded, where it recorded something. */
export function openingCommand({ pipeline, problem }: Failure): string | null {
  const task: TaskRef = { pipeline, task: problem.task };
  return problem.dump === null ? null : `command:pipelens.openFailure?${encodeURIComponent(JSON.stringify([task]))}`;
}

export function keyOf(pipeline: string, task: string): string {
  return JSON.stringify([pipeline, task]);
}

function same(one: Failure, other: Failure): boolean {
  return one.run === other.run && one.problem.seq === other.problem.seq;
}
