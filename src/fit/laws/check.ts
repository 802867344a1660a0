/** What a law must be like before it is fitted, told to who defines it. */
import { ConfigError } from "../../core/errors.ts";
import { type Law, toLogInputs } from "./law.ts";

/** A place where a law exists, of the size of small runs. */
const UNITS = { nonzeroParams: 1e6, data: 1e8 };
const ROW = { sparsity: 0.5, nonzeroParams: 2e6, data: 3e8 };
const TOLERANCE = 1e-9;
/** Step of the differences that the gradient is held to, and how near they must be. */
const STEP = 1e-5;
const SLOPE_TOLERANCE = 1e-5;

/** @throws {ConfigError} for a name that would be taken for a formula or a file */
export function checkName(name: string): void {
  if (/^[A-Za-z][\w-]*$/.test(name)) return;
  throw new ConfigError(
    `law: name must be of letters, digits, - and _; got ${JSON.stringify(name)}. Anything else is read as a formula.`,
  );
}

/**
 * `predict`, `evaluate`, `publish`, `unpublish` and the gradient are one law, at a point where it exists.
 *
 * @throws {ConfigError} naming the two that contradict each other
 */
export function checkForms(law: Law): void {
  const { name, parameters, coordinates } = law;
  if (parameters.length === 0 || parameters.length !== coordinates.length)
    throw new ConfigError(
      `law ${name}: parameters must have one coordinate each; got ${parameters.length} and ${coordinates.length}.`,
    );
  const point = Float64Array.from(law.coordinates, (_, i) => 0.5 + 0.05 * i);
  const gradient = new Float64Array(point.length);
  const row = toLogInputs(ROW, UNITS);
  const at = (where: Float64Array) => law.evaluate(where, row, new Float64Array(point.length));
  const evaluated = law.evaluate(point, row, gradient);
  const params = law.publish(point, UNITS);
  const predicted = law.predict(params, ROW);
  agree(law, "evaluate must give the loss that predict gives", evaluated, predicted, TOLERANCE);
  for (const [i, value] of law.unpublish(params, UNITS).entries())
    agree(law, `unpublish must undo publish in ${law.coordinates[i]?.name}`, value, point[i]!, TOLERANCE);
  for (const [i, value] of point.entries()) {
    const slope = (at(point.with(i, value + STEP)) - at(point.with(i, value - STEP))) / (2 * STEP);
    const condition = `evaluate must write the derivative by ${law.coordinates[i]!.name}`;
    agree(law, condition, gradient[i]!, slope, SLOPE_TOLERANCE * Math.max(1, Math.abs(evaluated)));
  }
}

function agree({ name }: Law, condition: string, got: number, wanted: number, tolerance: number): void {
  if (!Number.isFinite(wanted) || Math.abs(got - wanted) <= tolerance * Math.max(1, Math.abs(wanted))) return;
  throw new ConfigError(`law ${name}: ${condition}; got ${got} where it is ${wanted}. Correct one of the two.`);
}
