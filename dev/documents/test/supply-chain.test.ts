import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { refusedLicences } from "../src/licences.ts";

const root = join(import.meta.dirname, "../../..");
const textOf = (path: string) => readFileSync(join(root, path), "utf8");

test("a forbidden licence is refused, also in combination with others; of alternatives one allowed licence is enough", () => {
  const one = [{ name: "a", versions: ["1.0.0"] }];
  for (const licence of ["MIT", "(MIT OR GPL-3.0)", "MIT AND ISC", "MPL-2.0"])
    expect(refusedLicences({ [licence]: one })).toEqual([]);
  for (const licence of [
    "GPL-3.0",
    "MIT AND GPL-3.0",
    "UNLICENSED",
    "",
    "(MIT OR (ISC AND GPL-3.0))",
    "Unknown",
  ])
    expect(refusedLicences({ [licence]: one })).toEqual([`a@1.0.0 (${licence})`]);
});

test("every action of CI is pinned by its commit, with the version beside it", () => {
  const files = readdirSync(join(root, ".github/workflows"));
  const uses = files.flatMap((file) => textOf(`.github/workflows/${file}`).match(/uses: .*/g) ?? []);
  expect(uses.length).toBeGreaterThan(0);
  for (const one of uses) expect(one).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test("a package that is younger than three days is not installed, and only the named ones run scripts", () => {
  const workspace = parse(textOf("pnpm-workspace.yaml"));
  expect(workspace.minimumReleaseAge).toBeGreaterThanOrEqual(3 * 24 * 60);
  const built = Object.entries(workspace.allowBuilds).flatMap(([name, may]) => (may ? [name] : []));
  expect(built).toEqual(["node"]);
});

test("the bot pins images by digest and reads the variables that name them", () => {
  const { extends: presets, enabledManagers } = JSON.parse(textOf(".github/renovate.json"));
  expect(presets).toContain("docker:pinDigests");
  expect(enabledManagers).toEqual(expect.arrayContaining(["dockerfile", "docker-compose"]));
  const { updates } = parse(textOf(".github/dependabot.yml"));
  const ecosystems = updates.map((update: Record<string, unknown>) => update["package-ecosystem"]);
  expect(ecosystems).toEqual(["npm", "gomod", "github-actions"]);
});
