/** Every command, in the order of `sparselaw --help`. */
import type { AsCommand } from "../command.ts";
import { benchCommand } from "./bench.ts";
import { doctorCommand } from "./doctor.ts";
import { figuresCommand } from "./figures.ts";
import { fitCommand } from "./fit.ts";
import { optimalCommand } from "./optimal.ts";
import { reportCommand } from "./report.ts";
import { runsCommand } from "./runs.ts";
import { sweepCommand } from "./sweep.ts";
import { trainCommand } from "./train.ts";

export const commands: readonly AsCommand[] = [
  trainCommand,
  sweepCommand,
  fitCommand,
  optimalCommand,
  reportCommand,
  figuresCommand,
  runsCommand,
  benchCommand,
  doctorCommand,
];
