import assert from "node:assert/strict";
import { test } from "node:test";
import { injectedUri } from "../../src/injectedUri.ts";
import { wayTo } from "../../src/productWays.ts";
import { Interrupts } from "../../src/run/interrupts.ts";
import { matters } from "../../src/run/saving.ts";

test("products open by what they are", () => {
  assert.equal(wayTo("/out/a.CSV", false), "editor");
  assert.equal(wayTo("/out/a.ipynb", false), "notebook");
  assert.equal(wayTo("/out/a.html", false), "browser");
  assert.equal(wayTo("/out/a.html", true), "editor");
  assert.equal(wayTo("/out/a.parquet", false), "preview");
  assert.equal(wayTo("/out.d/model", false), "preview");
});

test("the second Ctrl+C within three seconds kills, the third asks again", () => {
  let now = 0;
  const interrupts = new Interrupts(() => now);
  const pressed = [0, 2_000, 2_500, 6_000].map((at) => {
    now = at;
    return interrupts.pressed();
  });
  assert.deepEqual(pressed, [false, true, false, false]);
});

test("a run misses unsaved sources wherever they are, and what lies below its root", () => {
  const sources = new Set(["/shared/steps.py"]);
  assert.ok(matters("/shared/steps.py", "/p", sources));
  assert.ok(matters("/p/env.yaml", "/p", sources));
  assert.ok(matters("/p/sub/helper.py", "/p/", sources));
  assert.ok(!matters("/p/notes.docx", "/p", sources));
  assert.ok(!matters("/pp/x.py", "/p", sources));
});

test("an injected cell's URI names its task and its language", () => {
  assert.equal(
    injectedUri("file:///a%20b/pipeline.yaml", "fit é", "r"),
    "pipelens-injected:/file%3A%2F%2F%2Fa%2520b%2Fpipeline.yaml/fit%20%C3%A9%20(injected).R",
  );
});
