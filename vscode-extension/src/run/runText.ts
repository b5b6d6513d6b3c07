/** What a run's terminal shows, event by event: plain text, so that the editor finds the places in it. */
import type { EndTold, ProblemTold, TaskTold } from "../protocol.gen.ts";
import type { Happening } from "./runs.ts";

const paint = (code: number) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;
const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);
const yellow = paint(33);

/** Begins the line that opens what a failure recorded, behind two blanks. */
const OPENING = "Open failure of ";

/** Of one terminal: knows whether the last text ended its line. */
export class RunText {
  private atStart = true;
  /** How many tasks the run under way is for. */
  private total = 0;

  /** Text for an event; lines end as terminals want it. */
  of(event: Happening): string {
    switch (event.kind) {
      case "run":
        return this.line(dim(`Python ${event.interpreter} (${event.why})`));
      case "task":
        return this.ofTask(event);
      case "output":
        return this.raw(event.text);
      case "problem":
        return this.ofProblem(event);
      case "end":
        return this.ofEnd(event);
      default:
        return "";
    }
  }

  /** A line of our own, on a line of its own. */
  line(text: string): string {
    const before = this.atStart ? "" : "\r\n";
    this.atStart = true;
    return `${before}${crlf(text)}\r\n`;
  }

  private raw(text: string): string {
    if (text !== "") {
      this.atStart = text.endsWith("\n");
    }
    return crlf(text);
  }

  private ofTask(event: TaskTold): string {
    switch (event.state) {
      case "started": {
        this.total = event.total;
        const why = event.reason === "" ? "" : ` (${event.reason})`;
        return this.line(`${dim(`[${event.number}/${event.total}]`)} ${bold(event.task)}: running${why}`);
      }
      case "finished":
        return this.line(`${green("✓")} ${bold(event.task)} done${took(event.seconds)}`);
      case "failed": {
        const why = event.reason === "" ? "" : `: ${firstLine(event.reason)}`;
        return this.line(`${red("✗")} ${bold(event.task)} failed${took(event.seconds)}${why}`);
      }
      default:
        return "";
    }
  }

  private ofProblem(event: ProblemTold): string {
    const colour = event.severity === "error" ? red : yellow;
    const told = (event.traceback === "" ? colour(event.message) : event.traceback).trimEnd();
    const lines = [told];
    const at = place(event);
    if (at !== null) {
      lines.push(`  at ${at}`);
    }
    if (event.advice !== "") {
      lines.push(`  ${event.advice}`);
    }
    if (event.dump !== null) {
      lines.push(`  ${OPENING}${event.task}`);
    }
    return this.line(lines.join("\n"));
  }

  private ofEnd(event: EndTold): string {
    const message = event.message.trim();
    const parts = message === "" ? [] : [red(message.replace(/^pipelens: /, ""))];
    const left = this.total - event.ran.length - event.failed.length;
    this.total = 0;
    return this.line([...parts, summary(event, left)].join("\n") + "\n");
  }
}

/** `/abs/x.py:5`, lines from 1, which editors make a link; for a cell its number, which they cannot. */
export function place(problem: ProblemTold): string | null {
  if (problem.path === null) {
    return null;
  }
  if (problem.cell !== null && problem.path.endsWith(".ipynb")) {
    const line = problem.cellLine === null ? "" : `, line ${problem.cellLine + 1}`;
    return `${problem.path} (cell ${problem.cell + 1}${line})`;
  }
  return problem.line === null ? problem.path : `${problem.path}:${problem.line + 1}`;
}

/** left: how many of the tasks to run did not. */
function summary(end: EndTold, left: number): string {
  const counts = [
    [end.failed.length, "failed"],
    [end.ran.length, "done"],
    [left, "not run"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const time = end.seconds > 0 ? ` (${duration(end.seconds)})` : "";
  switch (end.state) {
    case "ok":
    case "early_stop":
      return `${green("✓")} ${told.length === 0 ? "nothing to do" : told.join(", ")}${time}`;
    case "stopped":
      return `${yellow("■")} stopped${told.length === 0 ? "" : `: ${told.join(", ")}`}${time}`;
    default:
      return `${red("✗")} ${told.length === 0 ? "nothing ran" : told.join(", ")}${time}`;
  }
}

/** `0.4 s`, `3 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

function took(seconds: number | null): string {
  return seconds === null ? "" : ` in ${duration(seconds)}`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

/** Where a line of ours names a task: what a click on it can open. */
export function taskIn(line: string): { readonly start: number; readonly name: string } | null {
  const found = /^(\[\d+\/\d+\] |[✓✗] )(.+?)(?:: running(?: \(|$)| done in | failed in )/.exec(line);
  const [, before = "", name = ""] = found ?? [];
  return found === null ? null : { start: before.length, name };
}

/** Where a line of ours offers to open a failure. */
export function openingIn(line: string): { readonly start: number; readonly length: number; readonly name: string } | null {
  const text = line.trimEnd();
  const start = 2;
  return text.startsWith(OPENING, start) && text.search(/\S/) === start
    ? { start, length: text.length - start, name: text.slice(start + OPENING.length) }
    : null;
}
