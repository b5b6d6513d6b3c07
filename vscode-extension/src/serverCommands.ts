/** Commands about the server itself. */
import type { Parts } from "./parts.ts";

export function register({ client, commands, log }: Parts): void {
  commands.register("pipelens.restartServer", () => client.restart());
  commands.register("pipelens.stopServer", () => client.stop());
  commands.register("pipelens.showLog", () => {
    log.show(true);
  });
}
