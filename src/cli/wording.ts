/** How the command line words what the library says. */

/** Options by the argument of the library that they give. */
const OPTIONS: Readonly<Record<string, string>> = {
  where: "--where",
  dropTop: "--drop-top",
  dropBottom: "--drop-bottom",
  by: "--by",
  columns: "--columns",
  expressions: "--expr",
  law: "--law",
};

/** A message of the library, whose arguments stand in back-ticks, with the options in their places; what it quotes stays. */
export function inOptions(message: string): string {
  return message.replaceAll(/"(?:[^"\\]|\\.)*"|`(\w+)`/g, (text, argument?: string) =>
    argument !== undefined && Object.hasOwn(OPTIONS, argument) ? OPTIONS[argument]! : text,
  );
}
