// Where and when numbers were measured, in one line.

export interface Circumstances {
  /** ISO 8601. */
  at: string;
  rounds: number;
  machine: { cpu: string; cores: number; load: { before: number; after: number } };
  versions: { node: string };
}

export function captionOf({ at, rounds, machine, versions }: Circumstances): string {
  const { cpu, cores, load } = machine;
  const loads = [load.before, load.after].map((one) => Math.round(one)).join(" to ");
  return `${at.slice(0, 10)}, median, least and most of ${rounds} rounds, ${cores} × ${cpu}, load ${loads}, Node.js ${versions.node}`;
}
