import { languageServers } from "../stage/processes.mjs";
import { firstDiagnostics } from "../stage/server_alone.mjs";

export const title = "how long a start takes, beside that of the server alone";

/** Milliseconds on a quiet machine: told, not tested. */
const ACTIVATION = 150;
/** How much longer than the server alone. */
const SLOWER = 1_000;
const TIMES = 3;

export async function play(scene) {
  const { workbench, step, server } = scene.parts();
  const { problems } = workbench;
  const folder = scene.folder("orders");
  folder.change("pipeline.yaml", "params:", "parms:");
  const file = folder.path("pipeline.yaml");
  const ours = [];
  const alone = [];

  await step("open the folder", async () => {
    await workbench.open(folder.root, file);
    await problems.row("parms");
  });
  const { command, folder: cwd } = languageServers(server.pid)[0];
  for (let time = 1; time <= TIMES; time += 1) {
    await step(`start ${time}`, async () => {
      const known = server.log().lastIndexOf("\n") + 1;
      await workbench.open(folder.root, file);
      await problems.row("parms");
      await scene.logged(/first diagnostics after/, { after: known });
      ours.push(timesOf(server.log().slice(known)));
    });
    alone.push(await firstDiagnostics(command, { folder: folder.root, file, cwd }));
  }

  const activation = median(ours.map((one) => one.activation));
  const first = median(ours.map((one) => one.first));
  const without = median(alone);
  const judged = (time, most) => `${time.toFixed(0)} ms (${time <= most ? "at most" : "MORE THAN"} ${most.toFixed(0)})`;
  scene.figure(`activation: ${judged(activation, ACTIVATION)}`);
  scene.figure(`from activate() to the first diagnostics: ${judged(first, without + SLOWER)}; the server alone ${without.toFixed(0)} ms`);
  scene.figure(`each: ${JSON.stringify(ours.map((one) => one.first))}, alone ${JSON.stringify(alone.map(Math.round))}`);
}

/** Milliseconds, from the last start that the log tells of. Each line begins with the time of its writing. */
function timesOf(log) {
  const lines = log.split("\n");
  const activated = lines.findLast((line) => /activated in \d+ ms/.test(line));
  const came = lines.findLast((line) => /first diagnostics after \d+ ms/.test(line));
  const activation = Number(/activated in (\d+) ms/.exec(activated)[1]);
  const told = Number(/first diagnostics after (\d+) ms/.exec(came)[1]);
  return { activation, first: Math.max(activation + told, timeOf(came) - timeOf(activated) + activation) };
}

const timeOf = (line) => Date.parse(line.slice(0, 23).replace(" ", "T"));

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
