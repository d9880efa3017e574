// A message in words: the same for mail, webhook and Slack, each in its own form.

/** What goes out by every channel. */
export interface Message {
  id: string;
  at: Date;
  opened: readonly Line[];
  over: readonly Line[];
  /** A test of the channels: it reports nothing. */
  isTest: boolean;
}

/** One thing, in a sentence without a full stop. */
export interface Line {
  text: string;
  /** Where it can be looked into; undefined where the board's address is not known. */
  url?: string | undefined;
  /** The first accounts that it is about. */
  accounts?: readonly string[] | undefined;
}

/** One line, for a mail's subject. */
export function subjectOf({ opened, over, isTest }: Message): string {
  if (isTest) return "Fleetkeeper: a test, nothing is wrong";
  const [first] = opened;
  if (first !== undefined)
    return `Fleetkeeper: ${first.text}${opened.length > 1 ? `, and ${opened.length - 1} more` : ""}`;
  return `Fleetkeeper: over: ${over[0]?.text ?? ""}${over.length > 1 ? `, and ${over.length - 1} more` : ""}`;
}

/** Plain text, for people. */
export function textOf(message: Message): string {
  if (message.isTest) return "This is a test of Fleetkeeper's notifications. Nothing is wrong.\n";
  return [...section("Needs you:", message.opened), ...section("Over:", message.over)].join("\n");
}

function section(title: string, lines: readonly Line[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.flatMap(lineOf), ""];
}

function lineOf({ text, url, accounts = [] }: Line): string[] {
  return [
    `- ${text}`,
    ...(accounts.length > 0 ? [`  ${accounts.join(", ")}`] : []),
    ...(url === undefined ? [] : [`  ${url}`]),
  ];
}
