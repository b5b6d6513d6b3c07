/** Where a recorded failure failed: the adapter's answer to `pipelens/failure`. */

/** pipeline: its path. path, line (from 1): of the line that failed, as far as the file is here. cell: in
 * a notebook, the cell's index among all cells, from 0; line then counts in it. isChanged: since. */
export interface FailurePoint {
  readonly task: string;
  readonly pipeline: string;
  readonly path: string | null;
  readonly line: number | null;
  readonly cell: number | null;
  readonly isChanged: boolean;
}

/** Undefined for an answer that names no task. */
export function failurePoint(told: unknown): FailurePoint | undefined {
  if (typeof told !== "object" || told === null) {
    return undefined;
  }
  const { task, pipeline, path, line, cell, isChanged } = told as Partial<Record<keyof FailurePoint, unknown>>;
  if (typeof task !== "string" || task === "") {
    return undefined;
  }
  return {
    task,
    pipeline: typeof pipeline === "string" ? pipeline : "",
    path: typeof path === "string" && path !== "" ? path : null,
    line: typeof line === "number" && line >= 1 ? line : null,
    cell: typeof cell === "number" && cell >= 0 ? cell : null,
    isChanged: isChanged === true,
  };
}
