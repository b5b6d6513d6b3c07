/** Folders to open: copies of what stands in `folders/`, so that stories may change them. */
import fs from "node:fs";
import path from "node:path";

import { ROOT } from "./installed.mjs";

export class Folder {
  /** @param {string} root  where it is, absolute */
  constructor(root) {
    this.root = root;
  }

  /** A copy of tests/e2e/folders/NAME at `root`. */
  static copy(name, root) {
    fs.cpSync(path.join(ROOT, "tests", "e2e", "folders", name), root, { recursive: true });
    return new Folder(root);
  }

  path(name) {
    return path.join(this.root, name);
  }

  read(name) {
    return fs.readFileSync(this.path(name), "utf8");
  }

  write(name, text) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
  }

  /** Writes a file whose first `from` became `to`. */
  change(name, from, to) {
    const text = this.read(name);
    if (!text.includes(from)) throw new Error(`${name} does not say ${from}`);
    this.write(name, text.replace(from, to));
  }

  has(name) {
    return fs.existsSync(this.path(name));
  }

  /** Everything in it, with times and sizes: two that are equal mean that nobody wrote. */
  listing() {
    return fs
      .readdirSync(this.root, { recursive: true })
      .map(String)
      .sort()
      .map((name) => {
        const { mtimeMs, size } = fs.lstatSync(this.path(name));
        return `${name} ${size} ${mtimeMs}`;
      });
  }
}
