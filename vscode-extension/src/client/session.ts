/** One start of the server: its process, and the language client that speaks with it. */
import {
  LanguageClient,
  type LanguageClientOptions,
  type MessageTransports,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageclient/node";
import { PROTOCOL } from "../protocol.gen.ts";
import { ExitedEarly, ProtocolMismatch } from "./errors.ts";
import type { RunningServer } from "./lifecycle.ts";
import type { Choice, Located } from "./locate.ts";
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
    this.version = choice.version;
    this.from = choice.from;
    this.ended = process.ended;
  }

  /** Rejects with a `StartProblem`; nothing is left running then. */
  static async start(
    choice: Choice,
    located: Located,
    options: LanguageClientOptions,
    said: (line: string) => void,
    before: (client: LanguageClient) => void,
  ): Promise<Session> {
    const process = new ServerProcess([...choice.command, "lsp"], located.env, located.cwd, said);
    const transports: MessageTransports = {
      reader: new StreamMessageReader(process.child.stdout),
      writer: new StreamMessageWriter(process.child.stdin),
    };
    const client = new QuietClient("pipelens", "Pipelens", () => Promise.resolve(transports), options);
    before(client);
    try {
      await Promise.race([client.start(), failing(process)]);
      const theirs = protocolOf(client);
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

function protocolOf(client: LanguageClient): number | undefined {
  const told: unknown = client.initializeResult?.capabilities.experimental;
  const ours: unknown = typeof told === "object" && told !== null && "pipelens" in told ? told.pipelens : undefined;
  const theirs = typeof ours === "object" && ours !== null && "protocol" in ours ? ours.protocol : undefined;
  return typeof theirs === "number" ? theirs : undefined;
}
