// Token endpoint and API: whether they answer, asked without a credential.

import { readVariables } from "../../configuration.ts";
import { askDate } from "../ask-date.ts";
import { type Examine, type Examiner, type Finding, ok, problem } from "../finding.ts";

export const examineTrackunit: Examine = async (examiner) => {
  const { trackunitTokenUrl: tokenUrl, trackunitApiUrl: apiUrl } = readVariables(
    examiner.env,
    "TRACKUNIT_TOKEN_URL",
    "TRACKUNIT_API_URL",
  );
  return [
    await answers(examiner, "TOKEN_ENDPOINT", "the token endpoint", tokenUrl, "TRACKUNIT_TOKEN_URL"),
    await answers(examiner, "API", "the API", apiUrl, "TRACKUNIT_API_URL"),
  ];
};

/** Any answer but 5xx will do: without a credential it is a refusal. */
async function answers(
  examiner: Examiner,
  code: string,
  what: string,
  url: string,
  variable: string,
): Promise<Finding> {
  const answer = await askDate(url, what, examiner);
  if (answer.status === undefined)
    return problem(
      `${code}_UNREACHABLE`,
      `${url} does not answer (${answer.reason})`,
      `Check ${variable}, and that the worker may reach it.`,
    );
  return answer.status < 500
    ? ok(code, `${what} answers`)
    : problem(
        `${code}_FAILS`,
        `${what} answers with status ${answer.status}`,
        "It is an outage of Trackunit, or of a proxy in between; syncs continue when it ends.",
      );
}
