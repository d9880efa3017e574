// Which licences a package that we ship may have. `pnpm supply-chain:licences` asks pnpm for those of all
// packages and refuses any other.

import { execFileSync } from "node:child_process";

/**
 * Permissive, or (MPL-2.0) asking only that changes to its own files are published, of which we make none.
 */
const allowed = new Set([
  ...["0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT"],
  ...["MPL-2.0", "Python-2.0", "Unlicense"],
]);

/** What `pnpm licenses list --json` prints: packages by licence, as each package names it (SPDX). */
export type PackagesByLicence = Record<string, { name: string; versions: string[] }[]>;

/**
 * Each package with a licence that is not allowed, such as `name@1.0.0 (GPL-3.0)`. Of `A OR B` one suffices,
 * of `A AND B` both.
 */
export function refusedLicences(packages: PackagesByLicence): string[] {
  return Object.entries(packages).flatMap(([licence, some]) =>
    isAllowed(licence) ? [] : some.map(({ name, versions }) => `${name}@${versions.join(",")} (${licence})`),
  );
}

function isAllowed(licence: string): boolean {
  const text = licence.replace(/^\((.*)\)$/, "$1");
  // A bracket within is more than is written here: anyone who meets one decides it by hand.
  if (/[()]/.test(text)) return false;
  return text.split(" OR ").some((way) => way.split(" AND ").every((one) => allowed.has(one.trim())));
}

if (import.meta.main) {
  const listed = execFileSync("pnpm", ["licenses", "list", "--json"], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const packages = JSON.parse(listed) as PackagesByLicence;
  const refused = refusedLicences(packages);
  for (const one of refused) console.error(`not allowed: ${one}`);
  console.log(
    `${Object.values(packages).flat().length} packages, ${refused.length} with a licence that is not allowed`,
  );
  process.exitCode = refused.length === 0 ? 0 : 1;
}
