import { describe } from "vitest";
import { sparseLaw } from "../../src/fit/index.ts";
import { testCoverage } from "./coverage.ts";

const inputs = [1e6, 5e6, 2.5e7, 1.2e8].flatMap((nonzeroParams) =>
  [0, 0.5, 0.75, 0.875].flatMap((sparsity) => [1e8, 1e9, 1e10].map((data) => ({ sparsity, nonzeroParams, data }))),
);
const truth = { aS: 16, bS: 0.8, cS: 40, bN: 0.25, aD: 1e8, bD: 0.4, c: 1 };
const table = { law: sparseLaw, truth, inputs, noise: 0.01, tables: 200 };

describe("the sparse law on 48 runs, a grid as that of the paper's T5 table, with noise of 1 %", () => {
  testCoverage({ ...table, loss: "huber" }, { bootstrap: 0.985, profile: 0.96 });
  testCoverage({ ...table, loss: "squared" }, { bootstrap: 0.925, profile: 0.935 });
});
