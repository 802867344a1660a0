/** A law of one's own as a formula, whose gradient is exact. */
import { ConfigError } from "../../core/errors.ts";
import { parseExpression } from "./expression.ts";
import { coefficient, exponent, type Law, type LawInputs, meanParamsOf, type Params } from "./law.ts";
import { rawLaw } from "./raw-law.ts";
import { withSource } from "./source.ts";

/** How a formula writes the inputs. */
const INPUTS = { S: "sparsity", N: "nonzeroParams", D: "data", M: "meanParams" } as const;
type InputName = keyof typeof INPUTS;

/**
 * A law written as an expression over S, N, D and M (N averaged over training); every other name is a positive parameter.
 *
 *     formulaLaw("L = E + A/N^alpha + B/D^beta")
 *
 * @throws {ConfigError} with the character that is to blame, or where there is no parameter or no input
 */
export function formulaLaw(formula: string, name = "own"): Law {
  const body = formula.replace(/^\s*L\s*=/, "");
  const expression = parseExpression(body);
  const read = Object.keys(INPUTS).filter((name) => expression.names.includes(name)) as InputName[];
  const parameters = expression.names.filter((name) => !Object.hasOwn(INPUTS, name));
  if (parameters.length === 0 || read.length === 0)
    throw new ConfigError(
      `fit: \`law\` must be a built-in name or a formula of S, N, D, M and parameters; got ${JSON.stringify(formula)}.`,
    );
  const coordinates = parameters.map((name) =>
    expression.exponents.includes(name) ? exponent(name) : coefficient(name),
  );
  const namesIn = (values: (name: string) => number, inputs: LawInputs) => (name: string) =>
    Object.hasOwn(INPUTS, name) ? inputOf(name as InputName, inputs) : values(name);
  const indexOf = new Map(parameters.map((name, i) => [name, i]));
  const law = rawLaw<Params>({
    name,
    formula: `L = ${body.trim()}`,
    coordinates,
    // M changes with N and with S.
    inputs: [...new Set(read.map((name) => (name === "M" ? "nonzeroParams" : INPUTS[name])))],
    predict: (params, inputs) => expression.evaluate(namesIn((name) => params[name]!, inputs)),
    evaluate(point, inputs, gradient) {
      gradient.fill(0);
      const values = namesIn((name) => point[indexOf.get(name)!]!, inputs);
      return expression.differentiate(values, (name, derivative) => {
        const index = indexOf.get(name);
        if (index !== undefined) gradient[index]! += derivative;
      });
    },
  });
  return withSource(law, { kind: "expression", formula: body.trim(), ...(name !== "own" && { name }) });
}

function inputOf(name: InputName, inputs: LawInputs): number {
  return name === "M"
    ? meanParamsOf(inputs)
    : inputs[INPUTS[name] as Exclude<(typeof INPUTS)[InputName], "meanParams">];
}
