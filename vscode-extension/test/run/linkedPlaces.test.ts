import assert from "node:assert/strict";
import { test } from "node:test";
import { placeIn } from "../../src/run/linkedPlaces.ts";

test("a path with spaces is a place", () => {
  const found = { start: 8, length: 10, path: "/a b/x é.p", line: 8, cell: null };
  assert.deepEqual(placeIn('  File "/a b/x é.p", line 9, in load'), found);
  assert.deepEqual(placeIn("  at C:\\my files\\x.py:6"), { start: 5, length: 16, path: "C:\\my files\\x.py", line: 5, cell: null });
});

test("a cell is a place", () => {
  const found = { start: 8, length: 10, path: "/p/n.ipynb", line: 2, cell: 2 };
  assert.deepEqual(placeIn('  File "/p/n.ipynb cell 3", line 3, in <module>'), found);
  assert.deepEqual(placeIn("  at /p/n.ipynb (cell 3, line 3)"), { ...found, start: 5 });
  assert.deepEqual(placeIn("  at /p/n.ipynb (cell 3)"), { ...found, start: 5, line: 0 });
});

test("what VS Code makes a link itself, or what is no path, is left alone", () => {
  for (const line of ['  File "/p/x.py", line 6', "  at /p/x.py:6", "look at me: 6", '  File "<string> x", line 1', "  at noon :6"]) {
    assert.equal(placeIn(line), null);
  }
});
