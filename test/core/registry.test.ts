/** Lists of parts by name. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { listOf, partOf, Registry } from "../../src/core/registry.ts";

interface Colour {
  readonly name: string;
  readonly hue: number;
}

const red: Colour = { name: "red", hue: 0 };
const green: Colour = { name: "green", hue: 120 };
const blue: Colour = { name: "blue", hue: 240 };
const coloursOf = () => new Registry<Colour>("colour", [red, green]);

describe("a registry", () => {
  test("has its built-in parts in their order, and what is registered after them", () => {
    const colours = coloursOf();
    colours.register(blue);
    expect(colours.names).toEqual(["red", "green", "blue"]);
    expect(colours.all).toEqual([red, green, blue]);
    expect(colours.get("blue")).toBe(blue);
    expect([colours.has("green"), colours.has("grey")]).toEqual([true, false]);
  });

  test("takes the same part again as nothing, and tells by its version what changed it", () => {
    const colours = coloursOf();
    const { version } = colours;
    colours.register(red, "anywhere");
    expect(colours.version).toBe(version);
    colours.register(blue);
    expect(colours.version).not.toBe(version);
  });

  test("refuses another part of a taken name, naming who defines it", () => {
    expect(() => coloursOf().register({ ...red }, "mine.ts")).toThrow(
      new ConfigError(
        "mine.ts: name of a colour must be one that no other has; got red, which sparselaw defines. Choose another name.",
      ),
    );
  });

  test("replaces a part of the same origin: a file that was edited", () => {
    const colours = coloursOf();
    colours.register(blue, "mine.ts");
    const darker = { ...blue, hue: 250 };
    colours.register(darker, "mine.ts");
    expect(colours.get("blue")).toBe(darker);
  });

  test.each([
    ["gren", undefined, /^colour must be one of red, green; got gren\. Did you mean green\?$/],
    ["mauve", "paint.colour", /^paint\.colour must be one of red, green; got mauve\. Register it first/],
  ])("says what there is instead of %s", (name, where, message) => {
    expect(() => coloursOf().get(name, where)).toThrow(message);
  });
});

test("a part is marked as one of its list, and nothing else is", () => {
  expect(listOf(partOf("colours", red))).toBe("colours");
  expect(partOf("colours", red)).toMatchObject(red);
  expect([red, null, "red", undefined].map(listOf)).toEqual([undefined, undefined, undefined, undefined]);
});
