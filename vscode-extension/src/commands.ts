/** The ids of commands that the extension carries out itself; told to the server as `clientCommands`. */
export const CLIENT_COMMANDS = [
  "pipelens.runTask",
  "pipelens.runTaskWithUpstream",
  "pipelens.forceRunTask",
  "pipelens.buildPipeline",
  "pipelens.stopRun",
  "pipelens.openProduct",
  "pipelens.showInjectedCell",
  "pipelens.showText",
  "pipelens.selectInterpreter",
  "pipelens.restartServer",
  "pipelens.stopServer",
  "pipelens.showLog",
  "pipelens.doctor",
] as const;

export type ClientCommand = (typeof CLIENT_COMMANDS)[number];
