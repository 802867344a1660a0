/**
 * `npm run bench:peers`: dense products and whole training steps, ours and those of the libraries one would use instead, in one
 * run. Every contender is a process of its own; in each round each has its turn while the others wait, so that what the
 * machine does meanwhile falls on all of them.
 */
import { totalmem } from "node:os";
import { machineLine } from "../lib/machine.ts";
import { countOf, listOf, parseFlags } from "../lib/options.ts";
import { rounded } from "../lib/statistics.ts";
import { CASES, expectedSamples, SPARSITIES } from "./cases.mjs";
import { findFault } from "./checks.ts";
import { CONTENDERS, startContender } from "./contender.mjs";
import { compare, OURS, render, runsOfTurn, timeOfTurn } from "./table.ts";

const flags = parseFlags("npm run bench:peers --", {
  case: { type: "string", help: CASES.map(({ name }) => name.replaceAll("×", "x")).join(", ") },
  sparsity: { type: "string", help: `of our training steps: ${SPARSITIES.join(", ")}` },
  threads: { type: "string", help: "1, 2" },
  variant: { type: "string", help: "our build: strict (default) or relaxed" },
  turbo: { type: "boolean", help: "let Node ≥ 24 fuse our vector instructions (experimental)" },
  contender: { type: "string", help: Object.keys(CONTENDERS).join(", ") },
  rounds: { type: "string", help: "5 by default" },
  json: { type: "boolean", help: "JSON lines on stdout" },
});
const names = listOf(
  "case",
  flags.case?.replaceAll("×", "x"),
  CASES.map(({ name }) => name.replaceAll("×", "x")),
);
const cases = CASES.filter(({ name }) => names.includes(name.replaceAll("×", "x")));
const sparsities = listOf("sparsity", flags.sparsity, SPARSITIES);
const threadCounts = listOf("threads", flags.threads, [1, 2]);
const [variant] = listOf("variant", flags.variant, ["strict", "relaxed"]);
const turbo = flags.turbo === true;
const chosen = listOf("contender", flags.contender, Object.keys(CONTENDERS));
const contenders = Object.keys(CONTENDERS).filter((name) => name === OURS || chosen.includes(name));
const rounds = countOf("rounds", flags.rounds, 5);

const versions = {};
const answers = [];
for (const benchCase of cases) for (const threads of threadCounts) answers.push(...(await contest(benchCase, threads)));
report();

/** All contenders at one case: prepared and checked one after the other, then timed in turn. */
async function contest(benchCase, threads) {
  const { kind, name, flops } = benchCase;
  const entries = contenders.flatMap((contender) =>
    (contender === OURS && kind === "step" ? sparsities : [0]).map((sparsity) => ({ contender, sparsity })),
  );
  const expected = expectationOf(benchCase);
  const place = `${name} on ${threads} ${threads === 1 ? "thread" : "threads"}`;
  for (const entry of entries) {
    progress(`${place}: ${entry.contender} prepares`);
    entry.process = startContender(entry.contender, threads);
    const facts = await entry.process.ask({
      case: { ...benchCase, sparsity: entry.sparsity, variant, turbo },
      threads,
    });
    entry.outcome = outcomeOf(entry, facts, expected);
    if (entry.contender === OURS) expected.parameters ??= facts.parameters;
    if (entry.outcome.kind !== "measured") entry.process.stop();
  }
  for (let round = 0; round < rounds; round++) {
    progress(`${place}: round ${round + 1} of ${rounds}`);
    for (const entry of entries) if (entry.outcome.kind === "measured") await takeTurn(entry);
  }
  for (const { process: contenderProcess } of entries) contenderProcess.stop();
  return entries.map(({ contender, sparsity, outcome }) => ({
    kind,
    case: name,
    threads,
    contender,
    ...(contender === OURS ? { sparsity } : {}),
    ...(flops === undefined ? {} : { flops }),
    outcome,
  }));
}

function expectationOf(benchCase) {
  return benchCase.kind === "gemm" ? { samples: expectedSamples(benchCase) } : { classes: benchCase.model.classes };
}

function outcomeOf({ process: { said } }, facts, expected) {
  const failure = failureOf(facts);
  if (failure !== undefined) {
    if (failure.kind === "cannot" && said() !== "") progress(said());
    return failure;
  }
  Object.assign(versions, facts.versions);
  const fault = findFault(facts, expected);
  return fault === undefined ? { kind: "measured", rounds: [] } : { kind: "cannot", reason: fault };
}

/** A run that tells how many make a turn, then the turn. */
async function takeTurn(entry) {
  let answer = await entry.process.ask({ run: 1 });
  if (failureOf(answer) === undefined) answer = await entry.process.ask({ run: runsOfTurn(answer.ms[0]) });
  const failure = failureOf(answer);
  if (failure === undefined) entry.outcome.rounds.push(timeOfTurn(answer.ms));
  else entry.outcome = failure;
}

function failureOf(answer) {
  if ("absent" in answer) return { kind: "absent", reason: answer.absent };
  if ("cannot" in answer) return { kind: "cannot", reason: answer.cannot };
  return undefined;
}

function report() {
  const machine = { ...machineLine(), memoryGB: Math.round(totalmem() / 2 ** 30), variant, turbo, rounds, versions };
  const rows = compare(answers);
  if (flags.json === true) {
    console.log(JSON.stringify({ type: "machine", ...machine }));
    for (const row of rows) for (const line of linesOf(row)) console.log(JSON.stringify(line));
    return;
  }
  const { cpu, cores, memoryGB, node, date } = machine;
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  console.log(
    [
      `${cores} cores of ${cpu}`,
      `${memoryGB} GB`,
      `Node ${node}`,
      ...named,
      `${variant} build${turbo ? " with --turbo" : ""}`,
      date,
    ].join(" · "),
  );
  console.log(`\n${render(rows, contenders)}\n`);
  console.log(
    `Medians of ${rounds} rounds; in brackets how many times faster sparselaw is, within the same round. Peers are dense in every row.`,
  );
}

/** One line for our figure and one for each peer's. */
function linesOf({ ours, peers, ...row }) {
  const line = (contender, { kind, ms, ratio, reason }) => ({
    type: row.kind,
    case: row.case,
    threads: row.threads,
    sparsity: row.sparsity,
    contender,
    ...(kind === "measured"
      ? {
          ms: rounded(ms, 4),
          ...(row.flops === undefined ? {} : { gflops: rounded(row.flops / ms / 1e6) }),
          ratio: ratio === null ? null : rounded(ratio),
        }
      : { [kind]: reason }),
  });
  return [line(OURS, ours), ...peers.map(({ contender, ...cell }) => line(contender, cell))];
}

function progress(text) {
  console.error(text);
}
