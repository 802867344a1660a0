/**
 * Cuts a phase into parts that threads claim as they become free: large ones first, small ones last, so that all end together,
 * however fast each thread is (guided self-scheduling: Polychronopoulos & Kuck 1987).
 */

/** One chain of a phase, as something to be cut. */
export interface Divisible {
  /** Units of its extent. */
  readonly extent: number;
  /** Parts begin at multiples of it. */
  readonly grain: number;
  /** A power of two: large parts have a multiple of so many units, small ones a half, a quarter … of it. */
  readonly pass: number;
  /** Of the whole extent; a phase counts all its chains in one unit. */
  readonly work: number;
  /** Parts do not get smaller than this. */
  readonly leastWork: number;
  /** Share of the work in the units before one, where it is not unit by unit the same. */
  readonly shareBefore?: ((unit: number) => number) | undefined;
}

export interface Part {
  /** Index of the chain in its phase. */
  readonly chain: number;
  readonly begin: number;
  readonly end: number;
}

/** A part is at most the share of what is left that is due to half a thread, */
const SHARE_OF_REST = 1 / 2;
/** and at least this share of what is due to a thread of the whole phase. */
const SMALLEST_SHARE = 1 / 64;

/** The parts of a phase in the order in which they shall be begun. */
export function cutPhase(chains: readonly Divisible[], threads: number): Part[] {
  const total = chains.reduce((sum, { work }) => sum + work, 0);
  const bySize = [...chains.keys()]
    .filter((i) => chains[i]!.extent > 0)
    .sort((a, b) => chains[b]!.work - chains[a]!.work);
  const least = threads === 1 ? total : (total * SMALLEST_SHARE) / threads;
  let rest = total;
  return bySize.flatMap((chain) => {
    const divisible = chains[chain]!;
    const parts: Part[] = [];
    for (let begin = 0; begin < divisible.extent; ) {
      const wanted = Math.max((rest * SHARE_OF_REST) / threads, least, divisible.leastWork);
      const end = endOf(divisible, begin, wanted);
      rest -= workOf(divisible, begin, end);
      parts.push({ chain, begin, end });
      begin = end;
    }
    return parts;
  });
}

/** No phase has more parts than this. */
export function mostParts(numChains: number, threads: number): number {
  // From the total to 1/32 of it in steps of 1/(2·threads) of the rest (2·threads·ln 32), then in steps of 1/(64·threads) of the total:
  // 9 a thread, and half as many again, since whole passes may be a third less than the work wanted.
  return threads === 1 ? numChains : numChains + 14 * threads;
}

function workOf(chain: Divisible, begin: number, end: number): number {
  return (shareBefore(chain, end) - shareBefore(chain, begin)) * chain.work;
}

function shareBefore({ shareBefore, extent }: Divisible, unit: number): number {
  return shareBefore === undefined ? unit / extent : shareBefore(unit);
}

/** Where a part that begins here has the work wanted, in whole grains and passes; the end where less than half a part would be left. */
function endOf(chain: Divisible, begin: number, wanted: number): number {
  const { extent, grain } = chain;
  if (workOf(chain, begin, extent) <= 1.5 * wanted) return extent;
  let [low, high] = [begin + 1, extent];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (workOf(chain, begin, middle) < wanted) low = middle + 1;
    else high = middle;
  }
  const units = inPasses(low - begin, chain.pass);
  return Math.min(extent, Math.ceil((begin + units) / grain) * grain);
}

function inPasses(units: number, pass: number): number {
  let step = pass;
  while (step > units) step /= 2;
  return Math.round(units / step) * step;
}
