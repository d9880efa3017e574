// What services export, read from Prometheus's text format.

/** The metrics of one name. */
export interface Family {
  type: string;
  meaning: string;
  /** Without those that the format and the registry add. */
  labels: Set<string>;
  services: Set<string>;
}

export interface Exported {
  families: Map<string, Family>;
  /** By the name of a series, `…_bucket` too. */
  labelsOf: Map<string, Set<string>>;
  /** Names with labels and their values. */
  series: Set<string>;
}

const added = ["service", "le", "quantile"];

export function readExposition(...texts: string[]): Exported {
  const exported: Exported = { families: new Map(), labelsOf: new Map(), series: new Set() };
  for (const text of texts) {
    const [types, meanings] = [stated(text, "TYPE"), stated(text, "HELP")];
    for (const [, name = "", inBraces = ""] of text.matchAll(/^([a-z0-9_]+)(?:\{(.*)\})? \S+$/gm)) {
      const labels = labelsIn(inBraces);
      exported.series.add(`${name}{${inBraces}}`);
      const known = exported.labelsOf.get(name) ?? new Set<string>();
      exported.labelsOf.set(name, known);
      const familyName = types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
      const family = exported.families.get(familyName) ?? {
        type: types.get(familyName) ?? "",
        meaning: meanings.get(familyName) ?? "",
        labels: new Set(),
        services: new Set(),
      };
      exported.families.set(familyName, family);
      for (const [label, value] of labels) {
        known.add(label);
        if (label === "service") family.services.add(value);
        if (!added.includes(label)) family.labels.add(label);
      }
    }
  }
  return exported;
}

/** What the lines `# TYPE name …` or `# HELP name …` say, by name. */
function stated(text: string, word: string): Map<string, string> {
  const lines = text.matchAll(new RegExp(`^# ${word} (\\S+) (.+)$`, "gm"));
  return new Map([...lines].map(([, name = "", what = ""]) => [name, what]));
}

function labelsIn(text: string): [label: string, value: string][] {
  return [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [label, value]);
}
