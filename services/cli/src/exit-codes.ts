// The exit codes that scripts can rely on; docs/cli.md lists them.

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  problemFound: 4,
  refused: 5,
  unreachable: 6,
  wrongState: 7,
  waitedTooLong: 8,
  /** EX_CONFIG of sysexits.h, as the services end with. */
  configuration: 78,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeMeanings: Record<ExitCode, string> = {
  0: "done, and all is well",
  1: "failed: not done, or only in part",
  2: "usage: no such command, option or argument, or a confirmation is missing",
  3: "nothing with that name was found",
  4: "`doctor` or `accounts try` found a problem",
  5: "`callback verify`: the callback would be refused",
  6: "Redis or MongoDB cannot be reached",
  7: "this makes no sense in the present state of the account or sync",
  8: "`--wait`: did not end within `--timeout`",
  78: "a variable of the environment is missing or faulty",
  130: "interrupted",
};
