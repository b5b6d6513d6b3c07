/** The terminal that is shown in the panel. */
import { plain } from "./text.mjs";
import { until } from "./waiting.mjs";

export class Terminal {
  constructor(workbench) {
    this.workbench = workbench;
    this.page = workbench.page;
  }

  get root() {
    return this.page.locator(".terminal-wrapper.active .xterm, .terminal-wrapper:visible .xterm").first();
  }

  /** The rows in view. */
  async lines() {
    const rows = await this.root.locator(".xterm-rows > div").allTextContents();
    return rows.map((row) => row.replace(/\u00a0/g, " ").trimEnd());
  }

  async text() {
    return (await this.lines()).join("\n").trimEnd();
  }

  /** Waits until what is in view says `pattern`. */
  async says(pattern, limit) {
    return until(
      async () => {
        const text = await this.text();
        if (pattern.test(text)) return text;
        throw new Error(text);
      },
      `the terminal to say ${pattern}`,
      limit,
    );
  }

  /** Titles of all terminals. */
  async titles() {
    return (await this.page.locator(".terminal-tabs-entry").allInnerTexts()).map(plain).filter(Boolean);
  }

  async title(pattern, limit) {
    return until(
      async () => {
        const titles = await this.titles();
        const found = titles.find((one) => pattern.test(one));
        if (found) return found;
        throw new Error(JSON.stringify(titles));
      },
      `a terminal called ${pattern}`,
      limit,
    );
  }

  /** Follows a link, the last place in view where `text` is written, to a tab called `title`. */
  async follow(text, title) {
    const tab = this.page.locator(".tabs-container .tab.active").filter({ hasText: title }).first();
    await this.press(text, () => tab.waitFor({ timeout: 1_000 }));
  }

  /** Presses a link, the last place in view where `text` is written, until `reached` does not reject. */
  async press(text, reached) {
    await until(async () => {
      const spot = await this.#place(text);
      await this.page.mouse.move(spot.x, spot.y);
      await this.page.mouse.move(spot.x + 2, spot.y);
      await this.page.keyboard.down("Control");
      await this.page.mouse.click(spot.x, spot.y);
      await this.page.keyboard.up("Control");
      await reached(); // it is a link only once the row below the mouse was looked at
      return true;
    }, `"${text}" in the terminal to lead somewhere`);
  }

  /** The middle of the last occurrence of a text, which may go over from one row to the next. */
  async #place(text) {
    return this.root.locator(".xterm-rows").evaluate((rows, wanted) => {
      const nodes = [];
      const walker = document.createTreeWalker(rows, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) nodes.push(node);
      const whole = nodes.map((node) => node.data.replace(/\u00a0/g, " ")).join("");
      const at = whole.lastIndexOf(wanted);
      if (at < 0) return null;
      let left = at + Math.floor(wanted.length / 2);
      const found = nodes.find((node) => (left < node.length ? true : ((left -= node.length), false)));
      const range = document.createRange();
      range.setStart(found, left);
      range.setEnd(found, left + 1);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }, text);
  }

  async interrupt() {
    await this.root.click();
    await this.page.keyboard.press("Control+KeyC");
  }
}
