/** One start of the server: its process, and the language client that speaks with it. */
import {
  LanguageClient,
  type MessageTransports,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageclient/node";
import { type Experimental, PROTOCOL } from "../protocol.gen.ts";
import { ExitedEarly, ProtocolMismatch } from "./errors.ts";
import type { RunningServer } from "./lifecycle.ts";
import type { Choice, Located } from "./locate.ts";
import { clientOptions, type Wanted } from "./options.ts";
import { ServerProcess } from "./serverProcess.ts";

/** Milliseconds for a server to answer `initialize`. */
const PATIENCE = 60_000;

/** Its own messages only repeat ours: the extension tells what is wrong, and once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Session implements RunningServer {
  readonly version: string;
  readonly from: string;
  readonly ended: Promise<string>;

  private constructor(
    readonly client: LanguageClient,
    private readonly process: ServerProcess,
    choice: Choice,
  ) {
    this.version = told(client, "version") ?? choice.version;
    this.from = choice.from;
    this.ended = process.ended;
  }

  /** Rejects with a `StartProblem`; nothing is left running then. */
  static async start(
    choice: Choice,
    located: Located,
    wanted: Wanted,
    said: (line: string) => void,
    before: (client: LanguageClient) => void,
  ): Promise<Session> {
    const process = new ServerProcess([...choice.command, "lsp"], located.env, located.cwd, said);
    const transports: MessageTransports = {
      reader: new StreamMessageReader(process.child.stdout),
      writer: new StreamMessageWriter(process.child.stdin),
    };
    const client = new QuietClient("pipelens", "Pipelens", () => Promise.resolve(transports), clientOptions(wanted));
    before(client);
    try {
      await Promise.race([client.start(), failing(process)]);
      const theirs = told(client, "protocol");
      if (theirs !== PROTOCOL) {
        await client.stop().catch(() => undefined);
        throw new ProtocolMismatch(theirs, PROTOCOL);
      }
    } catch (error) {
      await process.end();
      if (error instanceof ProtocolMismatch || error instanceof ExitedEarly) {
        throw error;
      }
      throw new ExitedEarly(error instanceof Error ? error.message : String(error));
    }
    return new Session(client, process, choice);
  }

  get pid(): number | undefined {
    return this.process.child.pid;
  }

  async stop(): Promise<void> {
    await this.client.stop().catch(() => undefined);
    await this.process.end();
  }
}

/** Rejects when the process ends, or when it is silent for too long. */
async function failing(process: ServerProcess): Promise<never> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve(`it gave no answer in ${PATIENCE / 1000} seconds`);
    }, PATIENCE);
  });
  const how = await Promise.race([process.ended, silence]);
  clearTimeout(timer);
  throw new ExitedEarly(how);
}

function told(client: LanguageClient, name: "version"): string | undefined;
function told(client: LanguageClient, name: "protocol"): number | undefined;
/** What the server says of itself: `capabilities.experimental.pipelens`. */
function told(client: LanguageClient, name: "version" | "protocol"): unknown {
  const experimental = client.initializeResult?.capabilities.experimental as unknown;
  const ours = (experimental as { pipelens?: Partial<Experimental> } | undefined)?.pipelens;
  const value = ours?.[name];
  return typeof value === (name === "version" ? "string" : "number") ? value : undefined;
}
