/** What the one status item says. */
import type { ServerState } from "./client/connection.ts";
import type { Status } from "./protocol.gen.ts";

export interface StatusText {
  readonly text: string;
  readonly severity: "info" | "warning" | "error";
  readonly busy: boolean;
}

/** told: what the running server said last. notice: what is amiss although it runs. */
export function statusText(state: ServerState, told: Status | undefined, notice: string | undefined): StatusText {
  switch (state.kind) {
    case "starting":
      return state.again === undefined
        ? { text: "Pipelens: starting", severity: "info", busy: true }
        : { text: `${state.again.why} Again in ${state.again.seconds} s.`, severity: "error", busy: true };
    case "stopped":
      return { text: state.asked ? "Pipelens: stopped" : "Pipelens: not started", severity: "warning", busy: false };
    case "failed":
      return { text: state.problem.message, severity: "error", busy: false };
    case "running": {
      const server = `server ${state.version} from ${state.from}`;
      const text = told === undefined ? `Pipelens: ${server}` : `${told.text} — ${server}`;
      const severity = told?.severity === "error" || told?.severity === "warning" ? told.severity : "info";
      return notice === undefined
        ? { text, severity, busy: false }
        : { text: `${text}. ${notice}`, severity: severity === "error" ? "error" : "warning", busy: false };
    }
  }
}
