// Kinds of variable: what a value must look like, for every reader. Blanks around a value are taken off,
// except of a secret, where they may belong to it.

import { isIP } from "node:net";
import { FleetkeeperError } from "@fleetkeeper/model";
import { z } from "zod";
import { isAddressOrNetwork, isPrivateHost } from "./addresses.ts";

/** The longest wait that a timer of Node.js keeps, in milliseconds; more than any number here can mean. */
const maxNumber = 2 ** 31 - 1;
const minPasswordLength = 12;

/** Each kind is a schema that takes the text of the environment. Its messages hold no part of the value. */
export const variable = {
  /** One line. */
  text,

  /** One line, exactly as it is; `minLength` in characters. */
  secret: (minLength = 1) =>
    z
      .string()
      .refine((value) => value === value.trim(), {
        error: "begins or ends with a blank or a line break: take it off",
        abort: true,
      })
      .refine(isOneLine, { error: "holds a line break or another control character", abort: true })
      .refine((value) => value.length >= minLength, { error: `has fewer than ${minLength} characters` }),

  /** Of a person or a service, to log in here. */
  password: () => variable.secret(minPasswordLength),

  /**
   * A value that `parse`, of the package that uses it, turns into what it means. It throws an error of ours,
   * whose message says what is wrong and what to do, and holds no part of the value.
   */
  parsedBy: <T>(parse: (value: string) => T) =>
    z
      .string()
      .trim()
      .transform((value, context): T => {
        try {
          return parse(value);
        } catch (error) {
          if (!(error instanceof FleetkeeperError)) throw error;
          context.issues.push({ code: "custom", message: error.message, input: undefined });
          return z.NEVER;
        }
      }),

  /** A value that `parse` accepts and its user parses again. */
  checkedBy: (parse: (value: string) => unknown) =>
    variable.parsedBy((value) => {
      parse(value);
      return value;
    }),

  /** `https:` or `http:`, letter by letter as it is. */
  webUrl: () => webUrl(),

  /**
   * Where requests go: `https:` or `http:`; may have a query. The slashes at the end of its path are taken
   * off.
   */
  endpoint: () => webUrl().transform(withoutLastSlashes),

  /** Of a `webUrl` to which secrets go: plain HTTP only within this machine or a private network. */
  isPrivateOrTls: {
    check: (value: string) => {
      const url = URL.parse(value);
      return url?.protocol === "https:" || isPrivateHost(url?.hostname ?? "");
    },
    error: "is plain HTTP to a public host, which others on the way can read and change: use https://",
  },

  /** What paths are appended to: may have a path of its own, and comes without the slashes at its end. */
  baseUrl: () =>
    webUrl()
      .refine((value) => !value.includes("?"), "holds a query: leave out the ? and what follows")
      .transform(withoutLastSlashes),

  /**
   * A path that everything is below, such as `/fleetkeeper`; comes without the slashes at its end, the root
   * as empty.
   */
  basePath: () =>
    text()
      .transform((value) => value.replace(/\/+$/, ""))
      .refine((value) => /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~@+-]+)*$/.test(value), {
        error:
          "is not a path such as /fleetkeeper: a slash before each part; letters, digits and - . _ ~ @ + in it",
      }),

  /** An address of this machine to listen on, or its name. */
  host: (byDefault: string) =>
    text()
      .refine((value) => isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value), {
        error:
          "is neither an address nor a host name: leave out port, scheme and brackets, as in 127.0.0.1, 0.0.0.0 or ::",
      })
      .default(byDefault),

  /** Addresses or networks, with commas between them. */
  networks: () =>
    variable
      .list(/,/)
      .refine(
        (list) => list.every(isAddressOrNetwork),
        "holds something that is neither an address nor a network",
      ),

  port: (byDefault: number) => wholeNumber(0, 65_535).default(byDefault),

  /** A whole number between `min` and `max`. */
  wholeNumber: (byDefault: number, { min = 1, max = maxNumber } = {}) =>
    wholeNumber(min, max).default(byDefault),

  /** One of these words. */
  oneOf: <const Words extends readonly [string, ...string[]]>(words: Words) =>
    text().pipe(z.enum(words, { error: `is none of ${words.join(", ")}` })),

  /** From 0 to 1. */
  share: (byDefault: number) =>
    text()
      .regex(/^\d*\.?\d+$/, "is not a number from 0 to 1, such as 0.2")
      .transform(Number)
      .refine((value) => value <= 1, "is more than 1; it is a share, from 0 to 1")
      .default(byDefault),

  /** Words between `separator`s, without empty ones, each of which must be like `word`. */
  list: (separator: RegExp, { word = /^/, error = "" } = {}) =>
    text()
      .transform((value) =>
        value
          .split(separator)
          .map((one) => one.trim())
          .filter((one) => one !== ""),
      )
      .refine((words) => words.length > 0, { error: "names nothing", abort: true })
      .refine((words) => words.every((one) => word.test(one)), { error }),

  /** RFC 6749, section 3.3: with spaces between them. */
  scopes: () =>
    variable.list(/\s+/, {
      word: /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/,
      error: "holds a character that scopes cannot have: put spaces between scopes, no commas",
    }),
};

function text() {
  return z
    .string()
    .trim()
    .refine(isOneLine, { error: "holds a line break or another control character", abort: true })
    .refine((value) => !isQuoted(value), { error: "is in quotation marks", abort: true });
}

function isOneLine(value: string): boolean {
  return !/\p{Cc}/u.test(value);
}

function isQuoted(value: string): boolean {
  return /^(["']).*\1$/.test(value);
}

function webUrl() {
  return text().superRefine((value, context) => {
    const fault = webUrlFault(value);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
  });
}

function withoutLastSlashes(value: string): string {
  return value.includes("?") ? value : value.replace(/\/+$/, "");
}

function webUrlFault(value: string): string | undefined {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol) || !/^https?:\/\//i.test(value))
    return "is not a URL that starts with https:// or http://";
  if (/\s/.test(value)) return "holds a blank";
  if (/%(?![0-9a-f]{2})/i.test(value))
    return "holds a % that does not begin an escape: write % itself as %25";
  if (url.username + url.password !== "" || /^https?:\/\/[^/]*@/i.test(value))
    return "holds a user or a password, which would not be sent: leave out the part before the @";
  if (value.includes("#")) return "holds a fragment: leave out the # and what follows";
  return undefined;
}

function wholeNumber(min: number, max: number) {
  return text()
    .regex(/^\d+$/, `is not a whole number from ${min} to ${max}, in digits only`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `is not between ${min} and ${max}`);
}
