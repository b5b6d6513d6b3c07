/** Starts, follows and stops runs. What is shown goes through `Stage`, so that no workbench is needed here. */
import type { Connection, Disposable } from "../client/connection.ts";
import type { Mode, RunEvent, TaskRef } from "../protocol.gen.ts";
import { verdict } from "./plan.ts";
import { type News, RunBook, type RunModel, newRun, words } from "./runs.ts";

/** Where the runs of one pipeline are shown. */
export interface Lane {
  show(): void;
  /** A line of our own. */
  say(text: string): void;
  begin(run: RunModel): void;
  tell(news: News): void;
  lost(run: RunModel): void;
}

/** The window: its terminals, questions and files. */
export interface Stage {
  lane(pipeline: string): Lane;
  /** The lane that is open for a pipeline, if one is. */
  opened(pipeline: string): Lane | undefined;
  name(pipeline: string): string;
  save(pipeline: string): Promise<boolean>;
  offer(text: string, button: "force" | "upstream"): Promise<boolean>;
  warn(text: string): void;
}

/** Time that a new server has to find a run that its predecessor followed. */
const FOUND_WITHIN = 20_000;

export class Running implements Disposable {
  readonly book = new RunBook();
  private readonly own = new Set<string>();
  private readonly early = new Map<string, RunEvent[]>();
  private readonly waiting = new Map<string, Array<(go: boolean) => void>>();
  private readonly listeners = new Set<(news: News) => void>();
  private readonly listening: Disposable[];
  private heard = new Set<string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly connection: Connection,
    private readonly stage: Stage,
  ) {
    this.listening = [
      connection.onNotification("pipelens/runEvent", (message) => {
        this.told(message);
      }),
      connection.onState((state) => {
        if (state.kind === "running") {
          this.lookForLost();
        }
      }),
    ];
  }

  dispose(): void {
    this.listening.forEach((one) => {
      one.dispose();
    });
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
  }

  /** Every news of every run, also of those that were started elsewhere. */
  onNews(listener: (news: News) => void): Disposable {
    this.listeners.add(listener);
    return {
      dispose: () => {
        this.listeners.delete(listener);
      },
    };
  }

  isOwn(run: RunModel): boolean {
    return this.own.has(run.id);
  }

  // -- starting

  /** Run a task, or (without one) build the pipeline; asks first where that is not what was meant. */
  async run(ref: TaskRef, asked: Mode): Promise<void> {
    const { pipeline } = ref;
    if (!(await this.stage.save(pipeline)) || !(await this.turn(ref))) {
      return;
    }
    try {
      const mode = await this.agreed(ref, asked);
      // While a question was open another run may have begun.
      if (mode !== null && (await this.turn(ref))) {
        await this.start(pipeline, typeof ref.task === "string" ? [ref.task] : [], mode);
      }
    } finally {
      this.nextTurn(pipeline);
    }
  }

  /** How to run it, null for not at all. */
  private async agreed(ref: TaskRef, mode: Mode): Promise<Mode | null> {
    if (mode === "force") {
      return mode;
    }
    const { pipeline } = ref;
    const task = ref.task ?? null;
    const answer = await this.connection.command("pipelens.plan", { pipeline, tasks: task === null ? [] : [task], mode });
    const found = verdict(answer, mode, task, this.stage.name(pipeline));
    switch (found.kind) {
      case "start":
        return mode;
      case "offer": {
        const accepted = await this.stage.offer(found.text, found.mode === "upstream" ? "upstream" : "force");
        return accepted ? found.mode : null;
      }
      case "refuse":
        this.stage.warn(found.text);
        return null;
    }
  }

  private async start(pipeline: string, tasks: string[], mode: Mode): Promise<void> {
    this.early.set(pipeline, []);
    let early: RunEvent[] = [];
    try {
      const lane = this.stage.lane(pipeline);
      lane.show();
      const started = await this.connection.command("pipelens.startRun", { pipeline, tasks, mode });
      if (started !== null) {
        const run = newRun(started.id, pipeline, mode);
        this.own.add(run.id);
        this.book.add(run);
        lane.begin(run);
      } // else the server has said why
    } finally {
      early = this.early.get(pipeline) ?? [];
      this.early.delete(pipeline);
    }
    for (const message of early) {
      this.told(message);
    }
  }

  /** Wait until no run of the pipeline is under way or starting; false if the waiting was ended by a stop. */
  private async turn(ref: TaskRef): Promise<boolean> {
    const { pipeline } = ref;
    const [active] = this.book.active(pipeline);
    if (active === undefined && !this.early.has(pipeline)) {
      return true;
    }
    const lane = this.stage.lane(pipeline);
    lane.show();
    const whom = active === undefined ? "the run that is starting" : words(active, this.isOwn(active));
    lane.say(`${ref.task ?? this.stage.name(pipeline)} waits for ${whom}.`);
    return new Promise<boolean>((go) => {
      this.waiting.set(pipeline, [...(this.waiting.get(pipeline) ?? []), go]);
    });
  }

  private nextTurn(pipeline: string): void {
    if (this.early.has(pipeline) || this.book.active(pipeline).length > 0) {
      return; // the end of that run calls again
    }
    this.waiting.get(pipeline)?.shift()?.(true);
  }

  // -- stopping

  /** Ask the runs of a pipeline to end; those that wait for them do not begin. */
  async stop(pipeline: string, hard = false): Promise<boolean> {
    for (const go of this.waiting.get(pipeline)?.splice(0) ?? []) {
      go(false);
    }
    const active = this.book.active(pipeline);
    for (const run of active) {
      await this.connection.command("pipelens.cancelRun", { run: run.id, hard });
    }
    return active.length > 0;
  }

  // -- what is told

  private told(message: RunEvent): void {
    const early = this.early.get(message.pipeline);
    if (early !== undefined && this.book.get(message.run) === undefined) {
      early.push(message); // maybe of the run that is being started: its id is not known yet
      return;
    }
    this.heard.add(message.run);
    const news = this.book.apply(message);
    if (this.own.has(message.run)) {
      this.stage.opened(message.pipeline)?.tell(news);
    }
    this.spread(news);
  }

  private spread(news: News): void {
    for (const listener of this.listeners) {
      listener(news);
    }
    if (news.run.ending !== null && news.before?.ending === null) {
      this.nextTurn(news.run.pipeline);
    }
  }

  private lookForLost(): void {
    const active = this.book.active();
    if (active.length === 0) {
      return;
    }
    this.heard = new Set();
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
    this.timer = setTimeout(() => {
      this.timer = null;
      for (const { id, pipeline } of active.filter((run) => !this.heard.has(run.id))) {
        const before = this.book.get(id) ?? null;
        const run = this.book.lose(id);
        if (run !== null) {
          if (this.own.has(id)) {
            this.stage.opened(pipeline)?.lost(run);
          }
          this.spread({ before, run, events: [] });
        }
      }
    }, FOUND_WITHIN);
  }
}
