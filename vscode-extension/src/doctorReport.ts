/** What Doctor shows: the ladder, what runs, and the server's own report. Markdown. */
import type { ServerState } from "./client/connection.ts";
import type { Located, RungName } from "./client/locate.ts";

export interface Known {
  readonly state: ServerState;
  readonly located: Located | undefined;
  readonly trusted: boolean;
  readonly versions: Readonly<Record<string, string>>;
  /** The server's report; undefined when there is no server. */
  readonly health: string | undefined;
}

const RUNGS: Readonly<Record<RungName, string>> = {
  setting: "`pipelens.server.command`",
  interpreter: "chosen interpreter",
  path: "`PATH`",
  bundled: "bundled copy",
};

export function doctorReport(known: Known): string {
  const { located } = known;
  const lines = ["# Pipelens Doctor", "", "## Server", "", ...server(known), "", "## Where it was looked for", ""];
  if (located === undefined) {
    lines.push("- nowhere yet");
  } else {
    for (const name of Object.keys(RUNGS) as RungName[]) {
      lines.push(...rung(name, located));
    }
    lines.push("", ...located.notices.map((notice) => `- ! ${notice.message}`));
    const python = located.interpreter;
    lines.push(`- interpreter chosen for tasks: ${python === undefined ? "none" : `${code(python.path)} (${python.from})`}`);
  }
  lines.push("", "## Versions", "", ...Object.entries(known.versions).map(([name, value]) => `- ${name}: ${value}`));
  if (known.health !== undefined) {
    lines.push("", known.health.replace(/^# Pipelens$/m, "## What the server found").trim());
  }
  return `${lines.join("\n")}\n`;
}

function server({ state, located, trusted }: Known): string[] {
  const choice = located?.choice;
  const trust = trusted ? [] : ["- ! this workspace is in Restricted Mode: nothing runs, and nothing in it is started"];
  const command = choice === undefined ? [] : [`- command: ${code([...choice.command, "lsp"].join(" "))}`];
  const python = choice?.python === undefined ? [] : [`- its Python: ${choice.python}`];
  switch (state.kind) {
    case "running":
      return [`- ✓ running: pipelens ${state.version} from ${state.from}`, ...command, ...python, ...trust];
    case "starting": {
      const again = state.again === undefined ? "" : `: ${state.again.why} Again in ${state.again.seconds} s.`;
      return [`- ↻ starting${again}`, ...command, ...trust];
    }
    case "stopped":
      return [state.asked ? "- ✗ stopped; *Pipelens: Restart Server* starts it" : "- ✗ not started", ...trust];
    case "failed":
      return [`- ✗ ${state.problem.message}`, ...command, ...python, ...trust];
  }
}

function rung(name: RungName, located: Located): string[] {
  const lost = located.lost.filter((one) => one.name === name);
  const lines = lost.map(({ what, reason }) =>
    what === "" ? `- ${RUNGS[name]}: ${reason}` : `- ✗ ${RUNGS[name]}: ${code(what)}: ${reason}`,
  );
  if (located.choice?.rung === name) {
    const { choice } = located;
    lines.push(`- ✓ ${RUNGS[name]}: ${code(choice.command.join(" "))}: pipelens ${choice.version}`);
  } else if (lost.length === 0) {
    lines.push(`- ${RUNGS[name]}: not needed`);
  }
  return lines;
}

/** As code, whatever is in it. */
function code(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  return flat.includes("`") ? `\`\` ${flat} \`\`` : `\`${flat}\``;
}
