import assert from "node:assert/strict";
import { test } from "node:test";
import { failureOf } from "../../src/install/reasons.ts";

for (const [what, said, why] of [
  [
    "no network is not a missing package",
    [
      "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError: [Errno -3] Temporary failure in name resolution'",
      "ERROR: Could not find a version that satisfies the requirement pygls>=2.0",
      "ERROR: No matching distribution found for pygls>=2.0",
    ],
    "the package index cannot be reached",
  ],
  [
    "an index without a package",
    ["ERROR: No matching distribution found for pygls>=2.0"],
    "the package index has no pygls>=2.0 for this Python",
  ],
  [
    "uv's words for it",
    ["  × No solution found", "  ╰─▶ Because pygls was not found in the package registry and …"],
    "the package index has no pygls for this Python",
  ],
  ["an index that wants a password", ["ERROR: HTTP error 401 Client Error: Unauthorized"], "the package index refuses access"],
  [
    "a private certificate authority",
    ["SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] …"],
    "the certificate of the package index is not trusted",
  ],
  ["a full disk", ["OSError: [Errno 28] No space left on device"], "the disk is full"],
  [
    "a Debian without venv",
    ["The virtual environment was not created successfully because ensurepip is not available."],
    "this Python cannot make environments",
  ],
  ["anything else: what was said last as an error", ["a", "ERROR: so it is", "hint: b"], "python ended with exit code 1: ERROR: so it is"],
  ["silence", [], "python ended with exit code 1"],
] as const) {
  test(`told as a reason: ${what}`, () => {
    const failure = failureOf("python ended with exit code 1", said);
    assert.equal(failure.why, why);
    assert.notEqual(failure.remedy, "");
  });
}
