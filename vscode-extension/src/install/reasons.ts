/** Why an installation failed, from what the programs said last. */

export interface Failure {
  readonly why: string;
  readonly remedy: string;
}

const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [
    /ensurepip is not available|No module named (venv|ensurepip)/,
    "this Python cannot make environments",
    "install its venv module (on Debian and Ubuntu python3-venv), or select an environment",
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate/,
    "the certificate of the package index is not trusted",
    "tell pip of your certificate authority (pip config set global.cert FILE)",
  ],
  [
    /ProxyError|Tunnel connection failed|407 Proxy/,
    "the proxy refuses the way to the package index",
    "check http_proxy and https_proxy",
  ],
  [
    /\b40[13] (Client Error|Forbidden|Unauthorized)|HTTP status client error \(40[13]/,
    "the package index refuses access",
    "check the index and the credentials in pip's configuration (pip config list)",
  ],
  [
    /NewConnectionError|NameResolutionError|Name or service not known|name resolution|Network is unreachable|Connection refused|Connection reset|ConnectTimeout|ReadTimeout|timed out|getaddrinfo|dns error|error sending request|Failed to fetch/i,
    "the package index cannot be reached",
    "check the network, or tell pip of an index that can be reached (pip config set global.index-url URL)",
  ],
  [/No space left on device|ENOSPC/, "the disk is full", "free some space"],
  [/Permission denied|EACCES|Access is denied/, "a file cannot be written", "check who owns the environment"],
  [
    /externally-managed-environment/,
    "this Python is managed by the system",
    "select an environment, or let a new one be made",
  ],
  [
    /requires a different Python|Requires-Python/,
    "a package does not fit this Python",
    "select an environment with a newer Python",
  ],
];

export function failureOf(how: string, said: readonly string[]): Failure {
  const text = said.join("\n");
  // A package is also "not found" when the index cannot be reached: that is looked for first.
  for (const [pattern, why, remedy] of KNOWN) {
    if (pattern.test(text)) {
      return { why, remedy };
    }
  }
  const missing = /No matching distribution found for (\S+)|Because (\S+) was not found in the package registry/.exec(text);
  if (missing !== null) {
    const name = missing[1] ?? missing[2] ?? "";
    return { why: `the package index has no ${name} for this Python`, remedy: "check which index pip asks (pip config list)" };
  }
  const latest = [...said].reverse();
  const last = latest.find((line) => /^error/i.test(line)) ?? latest.find((line) => line.trim() !== "");
  return { why: last === undefined ? how : `${how}: ${last.trim()}`, remedy: "the log tells more" };
}
