import { describe } from "vitest";
import { chinchillaLaw } from "../../src/fit/index.ts";
import { testCoverage } from "./coverage.ts";

const inputs = [1e7, 4e7, 1.6e8, 6.4e8, 2.56e9].flatMap((nonzeroParams) =>
  [1e9, 4e9, 1.6e10, 6.4e10, 2.56e11].map((data) => ({ sparsity: 0, nonzeroParams, data })),
);
const truth = { E: 1.7, A: 400, alpha: 0.34, B: 410, beta: 0.28 };
const table = { law: chinchillaLaw, truth, inputs, noise: 0.01, tables: 250 };

describe("the Chinchilla law on 25 runs with noise of 1 %", () => {
  testCoverage({ ...table, loss: "huber" }, { bootstrap: 0.98, profile: 0.96 });
  testCoverage({ ...table, loss: "squared" }, { bootstrap: 0.935, profile: 0.94 });
});
