// Kinds of variable that say what the claims of a callback token must be.

import { z } from "zod";
import { variable } from "./variable.ts";

const ofApp = /^(@[^\s/@,=]+\/[^\s/@,=]+)=(.+)$/;
const claim = /^(accountId|irisAppId|bodyHash)=(\S+)$/;

type Meaning = "accountId" | "irisAppId" | "bodyHash";

/** RFC 7519, section 2: any text, but with a colon in it a URI. It is compared letter by letter. */
export function stringOrUri() {
  return variable
    .text()
    .refine((value) => !/\s/.test(value), { error: "holds a blank", abort: true })
    .refine(isStringOrUri, "holds a colon but is not a URI");
}

/** With commas between several; of one app only as `@organization/appname=audience`. */
export function audiences() {
  return variable
    .list(/,/)
    .superRefine((words, context) => {
      for (const word of words) {
        const audience = ofApp.exec(word)?.[2] ?? word;
        if (/\s/.test(audience)) context.addIssue({ code: "custom", message: "holds a blank" });
        else if (!isStringOrUri(audience))
          context.addIssue({ code: "custom", message: "holds a colon but is not a URI" });
      }
    })
    .transform((words) => {
      const ofAll: string[] = [];
      const byApp: Record<string, string[]> = {};
      for (const word of words) {
        const [, app, audience] = ofApp.exec(word) ?? [];
        if (app === undefined || audience === undefined) ofAll.push(word);
        else byApp[app] = [...(byApp[app] ?? []), audience];
      }
      // What is for every app is for those with one of their own too.
      for (const own of Object.values(byApp)) own.push(...ofAll);
      return { ofAll: Object.keys(byApp).length > 0 || ofAll.length === 0 ? undefined : ofAll, ofApp: byApp };
    });
}

/** Such as `accountId=sub,irisAppId=aud`: which claim says the same as the body. */
export function claims() {
  return variable
    .list(/,/, {
      word: claim,
      error: "is not meaning=claim: write accountId=…, irisAppId=… or bodyHash=…, with commas between them",
    })
    .transform((words, context) => {
      const found: Partial<Record<Meaning, string>> = {};
      for (const word of words) {
        const [, meaning, name] = claim.exec(word) ?? [];
        if (meaning === undefined) continue;
        if (meaning in found) {
          context.issues.push({ code: "custom", message: `names ${meaning} twice`, input: undefined });
          return z.NEVER;
        }
        found[meaning as Meaning] = name ?? "";
      }
      return found;
    });
}

function isStringOrUri(value: string): boolean {
  return !value.includes(":") || URL.canParse(value);
}
