import { describe, expect, it } from "vitest";
import { formatCount, formatDuration, formatNumber, formatPercent, formatScientific } from "../../src/core/format.ts";
import { logTicks, minorLogTicks } from "../../src/report/draw/ticks.ts";

describe("numbers for people", () => {
  it("what is not finite has a sign of its own", () => {
    expect([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map((v) => formatNumber(v))).toEqual([
      "∞",
      "−∞",
      "–",
    ]);
  });

  it("counts carry the suffix of their thousands, also where rounding carries over", () => {
    const counts = [0, 7, 999, 1000, 1234, 999_999, 1_327_104, 84_934_656, 6.5536e10];
    expect(counts.map((n) => formatCount(n))).toEqual("0 7 999 1k 1.23k 1M 1.33M 84.9M 65.5B".split(" "));
  });

  it("powers of ten lose their mantissa of one", () => {
    expect([1e17, 1.23e17, 4.88e-6].map((v) => formatScientific(v))).toEqual(["10¹⁷", "1.23×10¹⁷", "4.88×10⁻⁶"]);
  });

  it("numbers keep their significant digits, in scientific notation far from one", () => {
    expect([0.24513, 16.8, 2.37e8, -0.5, 0].map((v) => formatNumber(v))).toEqual([
      "0.245",
      "16.8",
      "2.37×10⁸",
      "−0.5",
      "0",
    ]);
  });

  it("fractions are percents and seconds the unit that reads best", () => {
    const percents = [0.875, -0.0123, 0.9375].map((fraction) => formatPercent(fraction));
    expect(percents).toEqual(["87.5\u202f%", "−1.23\u202f%", "93.75\u202f%"]);
    const durations = [2.134, 600, 36_000].map((seconds) => formatDuration(seconds));
    expect(durations).toEqual(["2.13\u202fs", "10\u202fmin", "10\u202fh"]);
  });
});

describe("ticks of a logarithmic axis", () => {
  const domains: [number, number][] = [
    [1, 2],
    [8e4, 2.5e6],
    [3e5, 1.3e8],
    [2e13, 3e21],
    [1e-300, 1e300],
  ];

  it.each(domains)("lie in [%d, %d], rise, and are no more than asked for", (lo, hi) => {
    for (const most of [3, 5, 8]) {
      const ticks = logTicks(lo, hi, most);
      expect(ticks.length).toBeLessThanOrEqual(most);
      expect(ticks).toEqual([...ticks].filter((t) => t >= lo && t <= hi).sort((a, b) => a - b));
    }
  });

  it("are 1-2-5 over a decade, whole decades over many", () => {
    expect(logTicks(8e4, 1.1e6)).toEqual([1e5, 2e5, 5e5, 1e6]);
    expect(logTicks(1e14, 1e19)).toEqual([1e14, 1e15, 1e16, 1e17, 1e18, 1e19]);
  });

  it("have the nine steps of a decade between them", () => {
    expect(minorLogTicks(1, 10)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
