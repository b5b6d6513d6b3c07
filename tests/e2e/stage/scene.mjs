/** What a story is played with: a window, folders, and steps that are timed and pictured. */
import fs from "node:fs";
import path from "node:path";

import { Folder } from "./folders.mjs";
import { ROOT } from "./installed.mjs";
import { until } from "./waiting.mjs";
import { Workbench } from "./workbench.mjs";

const SHOTS = path.join(ROOT, "build", "e2e", "shots");

export class Scene {
  /** What was measured, to be printed behind the story. */
  figures = [];
  #steps = 0;

  /** @param {{name: string, scratch: string, server: object, page: object}} given */
  constructor({ name, scratch, server, page }) {
    this.name = name;
    this.scratch = scratch;
    this.server = server;
    this.page = page;
    this.workbench = new Workbench(page, server);
    this.shots = path.join(SHOTS, name);
    fs.rmSync(this.shots, { recursive: true, force: true });
    fs.mkdirSync(this.shots, { recursive: true });
  }

  /** What most stories take apart at their beginning. */
  parts() {
    const { workbench, server, page } = this;
    return { workbench, server, page, step: (title, act) => this.step(title, act) };
  }

  /** A copy of a folder of the fixtures, in a place of its own. `as`: its name there. */
  folder(name, as = name) {
    return Folder.copy(name, path.join(this.scratch, as));
  }

  /** Does it, says how long it took, keeps a picture of how the window looks then. */
  async step(title, act) {
    const begin = performance.now();
    try {
      return await act();
    } finally {
      const seconds = (performance.now() - begin) / 1000;
      console.log(`${seconds.toFixed(1).padStart(7)} s  ${title}`);
      this.#steps += 1;
      await this.picture(`${String(this.#steps).padStart(2, "0")}-${title.replace(/\W+/g, "-").slice(0, 60)}`);
    }
  }

  async picture(name) {
    await this.page.screenshot({ path: path.join(this.shots, `${name}.png`) }).catch(() => {});
  }

  /** A part of the window as a picture for the documents, kept in build/e2e/images. clip: in pixels. */
  async portrait(name, clip) {
    const folder = path.join(ROOT, "build", "e2e", "images");
    fs.mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), clip });
  }

  figure(text) {
    this.figures.push(text);
  }

  /** Waits for a line of our log; gives what `pattern` matched. `after`: how much of the log is known already. */
  async logged(pattern, { after = 0, ...limit } = {}) {
    return until(() => pattern.exec(this.server.log().slice(after)), `the log to say ${pattern}`, limit);
  }
}
