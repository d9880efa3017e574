// `doctor`: looks at everything that Fleetkeeper depends on, and says what is wrong and what to do.

import { ConfigurationError } from "@fleetkeeper/runtime";
import { type Command, Option } from "commander";
import { addCommand } from "../add-command.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { faultOf } from "../fault-of.ts";
import { type Invocation, invoke } from "../invoke.ts";
import { wholeNumber } from "../option-values.ts";
import { examineApiKeys } from "./checks/api-keys.ts";
import { examineCallbackClaims } from "./checks/callback-claims.ts";
import { examineClock } from "./checks/clock.ts";
import { examineConfiguration } from "./checks/configuration.ts";
import { examineKeySet } from "./checks/key-set.ts";
import { examineMongodb } from "./checks/mongodb.ts";
import { examineNotifications } from "./checks/notifications.ts";
import { examineQueues } from "./checks/queues.ts";
import { examineReceivers } from "./checks/receivers.ts";
import { examineRedis } from "./checks/redis.ts";
import { examineRestore } from "./checks/restore.ts";
import { examineSchedule } from "./checks/schedule.ts";
import { examineSealing } from "./checks/sealing.ts";
import { examineSessionKeys } from "./checks/session-keys.ts";
import { examineTrackunit } from "./checks/trackunit.ts";
import { examineWebhooks } from "./checks/webhooks.ts";
import { type CheckFinding, type Examine, type Examiner, type Finding, problem, skipped } from "./finding.ts";
import { findingsInWords } from "./findings-in-words.ts";

/** In the order in which they are made; the clock comes last, as the others ask for the time. */
const examinations = {
  configuration: examineConfiguration,
  redis: examineRedis,
  mongodb: examineMongodb,
  "key-set": examineKeySet,
  "callback-claims": examineCallbackClaims,
  trackunit: examineTrackunit,
  sealing: examineSealing,
  "session-keys": examineSessionKeys,
  queues: examineQueues,
  schedule: examineSchedule,
  webhooks: examineWebhooks,
  "api-keys": examineApiKeys,
  receivers: examineReceivers,
  notifications: examineNotifications,
  restore: examineRestore,
  clock: examineClock,
} satisfies Record<string, Examine>;

type CheckName = keyof typeof examinations;

interface Options {
  only?: CheckName[];
  sample: number;
  all?: boolean;
  strict?: boolean;
}

/** In the order in which they are made. */
export const checkNames = Object.keys(examinations) as CheckName[];

export function addDoctor(program: Command): void {
  addCommand(program, "doctor", {
    watched: true,
    summary: "Find out what is wrong with Redis, MongoDB, keys, clocks, queues or the configuration",
    details: "Give it the variables of all services. Exit code 4 where it finds a problem.",
    examples: ["doctor", "doctor --only redis sealing --json", "doctor --all"],
  })
    .addOption(new Option("--only <checks...>", "only these checks").choices(checkNames))
    .option("--sample <number>", "sealed texts to open", wholeNumber(1, 1_000_000), 200)
    .option("--all", "open every sealed text")
    .option("--strict", "count warnings as problems")
    .action(
      invoke<Options>(async (invocation, options) => {
        const findings = await examineAll(invocation, options);
        const problems = findings.filter(({ level }) => level === "problem").length;
        const warnings = findings.filter(({ level }) => level === "warning").length;
        const isIll = problems > 0 || (options.strict === true && warnings > 0);
        invocation.output.result({ healthy: !isIll, problems, warnings, findings }, () =>
          findingsInWords(findings, invocation.output.paint),
        );
        return isIll ? exitCodes.problemFound : (exitCodes.ok as ExitCode);
      }),
    );
}

async function examineAll(invocation: Invocation, { only, sample, all }: Options): Promise<CheckFinding[]> {
  const { output } = invocation;
  const chosen = checkNames.filter((name) => only === undefined || only.includes(name));
  const examiner: Examiner = { ...invocation, clocks: [], sample: all ? Number.POSITIVE_INFINITY : sample };
  const findings: CheckFinding[] = [];
  for (const check of chosen) {
    const progress = output.progress(`${check} …`);
    const found = await examineOne(check, examiner, chosen).finally(() => progress.end());
    findings.push(...found.map((finding) => ({ check, ...finding })));
  }
  return findings;
}

async function examineOne(
  check: CheckName,
  examiner: Examiner,
  chosen: readonly CheckName[],
): Promise<Finding[]> {
  try {
    return await examinations[check](examiner);
  } catch (error) {
    examiner.signal.throwIfAborted();
    const { code, message, advice = "See the log of that server." } = faultOf(error);
    const isSaid =
      (error instanceof ConfigurationError && chosen.includes("configuration")) ||
      (code === "ERR_REDIS_UNREACHABLE" && check !== "redis" && chosen.includes("redis")) ||
      (code === "ERR_MONGODB_UNREACHABLE" && check !== "mongodb" && chosen.includes("mongodb"));
    return [
      isSaid
        ? skipped("NOT_LOOKED_AT", `not checked: ${message}`)
        : problem(code.replace(/^ERR_/, ""), message, advice),
    ];
  }
}
