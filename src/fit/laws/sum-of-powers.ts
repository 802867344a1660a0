/** A law of one's own as the terms of its sum alone: everything else follows from them. */
import { ConfigError } from "../../core/errors.ts";
import { exp, log, pow } from "../../core/math.ts";
import { coefficient, exponent, type FitUnits, type Law, type Params, toLogInputs } from "./law.ts";
import type { Factor } from "./power-form.ts";
import { type Part, powerFormOf, powerLaw, type SumOfPowers } from "./power-law.ts";
import { withSource } from "./source.ts";

const RAW: FitUnits = { nonzeroParams: 1, data: 1 };

/**
 * A law of its terms, evaluated in wasm as the built-in ones are. A coefficient is published in raw units: it takes up the units of
 * N and D that its term reads.
 *
 *     sumOfPowers({
 *       name: "two-powers", formula: "L = E + A/N^α + B/D^β", inputs: ["nonzeroParams", "data"],
 *       parameters: { E: "coefficient", A: "coefficient", alpha: "exponent", B: "coefficient", beta: "exponent" },
 *       terms: [["E"], ["A", ["logParams", "-alpha"]], ["B", ["logData", "-beta"]]],
 *     })
 *
 * @throws {ConfigError} for names in the terms that are no parameters, parameters that no term has, and a term of N or D without a
 *   coefficient of its own
 */
export function sumOfPowers({ name, formula, parameters, inputs, terms, outer }: SumOfPowers): Law {
  requireSameNames(name, Object.keys(parameters), [
    ...terms.flat().map(nameIn),
    ...(outer === undefined ? [] : [outer]),
  ]);
  const coordinates = Object.entries(parameters).map(([key, kind]) =>
    kind === "exponent" ? exponent(key) : coefficient(key),
  );
  const names = coordinates.map((coordinate) => coordinate.name);
  const outerIndex = outer === undefined ? undefined : names.indexOf(outer);
  const law: Law = powerLaw<Params>({
    name,
    formula,
    parameters: names,
    coordinates,
    inputs,
    terms,
    ...(outer === undefined ? {} : { outer }),
    predict: (params, row) =>
      law.evaluate(
        names.map((key) => params[key]!),
        toLogInputs(row, RAW),
        new Float64Array(names.length),
      ),
    publish(point, units) {
      const scales = scalesAt(point, units);
      return Object.fromEntries(names.map((key, i) => [key, point[i]! * scales[i]!]));
    },
    unpublish(params, units) {
      const values = names.map((key) => params[key]!);
      const scales = scalesAt(values, units);
      return values.map((value, i) => value / scales[i]!);
    },
    // Coefficients are drawn in units of the loss; under an outer exponent they stand in those of its root.
    start: (drawn) =>
      drawn.map((value, i) =>
        outerIndex !== undefined && coordinates[i]!.kind === "coefficient" ? pow(value, 1 / drawn[outerIndex]!) : value,
      ),
  });
  const carriers = carriersOf(law, powerFormOf(law)!.terms);
  const scalesAt = (point: ArrayLike<number>, units: FitUnits) => scalesOf(carriers, point, units);
  return withSource(law, { kind: "terms", name, formula, parameters, inputs, terms, outer });
}

/** Of each coordinate the factors of N and D whose units it takes up. */
type Carriers = readonly (readonly Factor[])[];

function carriersOf({ name, coordinates }: Law, terms: readonly (readonly Factor[])[]): Carriers {
  const carriers = coordinates.map((): readonly Factor[] => []);
  for (const [i, term] of terms.entries()) {
    const sized = term.filter(({ column }) => unitOf(column) !== undefined);
    if (sized.length === 0) continue;
    const isElsewhere = (index: number) => terms.some((t, j) => j !== i && t.some((f) => f.coordinate === index));
    const own = term.find((f) => coordinates[f.coordinate]?.kind === "coefficient" && !isElsewhere(f.coordinate));
    if (own === undefined)
      throw new ConfigError(
        `law ${name}: each term of N or D must have a coefficient that no other has; got none in term ${i + 1}. Write the law as a formula.`,
      );
    carriers[own.coordinate] = sized;
  }
  return carriers;
}

/** What a coefficient is multiplied by on its way to raw units: a·(N/u)^−α = (a·u^α)·N^−α. */
function scalesOf(carriers: Carriers, point: ArrayLike<number>, units: FitUnits): number[] {
  return carriers.map((factors) => {
    const logScale = factors.reduce((sum, { coordinate, column, sign }) => {
      const power = sign * (coordinate < 0 ? 1 : point[coordinate]!);
      return sum - power * log(units[unitOf(column)!]);
    }, 0);
    return exp(logScale);
  });
}

function unitOf(column: Factor["column"]): keyof FitUnits | undefined {
  if (column === "logData") return "data";
  return column === "logParams" || column === "logMeanParams" ? "nonzeroParams" : undefined;
}

/** The parameter of a part; "1" for the exponent 1. */
const nameIn = (part: Part): string => (typeof part === "string" ? part : part[1].replace(/^-/, ""));

function requireSameNames(law: string, parameters: readonly string[], used: readonly string[]): void {
  const unknown = used.find((name) => name !== "1" && !parameters.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(
      `law ${law}: names in terms must be parameters, ${parameters.join(", ")}; got ${unknown}. Add it, or correct it.`,
    );
  const unused = parameters.find((name) => !used.includes(name));
  if (unused !== undefined)
    throw new ConfigError(`law ${law}: parameters must each be in a term; got ${unused} in none. Leave it out.`);
}
