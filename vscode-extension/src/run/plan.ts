/** What to do about the answer of `pipelens.plan`: start, ask first, or say why not. */
import type { Mode, PlanAnswer } from "../protocol.gen.ts";

export type Verdict =
  | { readonly kind: "start" }
  | { readonly kind: "offer"; readonly text: string; readonly mode: Mode }
  | { readonly kind: "refuse"; readonly text: string };

/** task: the one that was asked for, null for the whole pipeline. name: of the pipeline. */
export function verdict(answer: PlanAnswer, mode: Mode, task: string | null, name: string): Verdict {
  const what = task ?? name;
  switch (answer.refusal) {
    case "fresh":
      return { kind: "offer", text: `${what} is up to date.`, mode: "force" };
    case "upstream": {
      const needed = (answer.needed ?? []).join(", ");
      const text = `${what} cannot run yet: upstream ${needed} is not up to date.`;
      return { kind: "offer", text, mode: "upstream" };
    }
    default:
      break;
  }
  if (answer.refused !== null && answer.refused !== undefined) {
    return { kind: "refuse", text: `${what} was not run: ${answer.refused}.` };
  }
  if (mode !== "force" && !answer.steps.some((step) => step.action === "run")) {
    const text = task === null ? `Every task of ${name} is up to date.` : `${task} is up to date, and so is its upstream.`;
    return { kind: "offer", text, mode: "force" };
  }
  return { kind: "start" };
}
