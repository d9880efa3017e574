// Changes a set of records: which ones is a function of the seed and of how many changes came before.
import { Draw, type Seed } from "../random.ts";
import type { RecordSet } from "./record-set.ts";

/** The shares of a change; `true` counts as 1. Default: 8 updates, 1 creation, 1 deletion. */
export interface ChangeMix {
  create?: number | boolean | undefined;
  update?: number | boolean | undefined;
  delete?: number | boolean | undefined;
}

/** The bare ids that a change touched. No record is touched twice by one change. */
export interface Changed {
  created: string[];
  updated: string[];
  deleted: string[];
}

export function changeRecords<T>(
  records: RecordSet<T>,
  count: number,
  mix: ChangeMix | undefined,
  source: { seed: Seed; serial: number; at: Date },
): Changed {
  const wanted = shares(count, mix);
  const draw = new Draw(source.seed, source.serial, -3);
  const touched = distinctPositions(draw, wanted.update + wanted.delete, records.size);
  const updated = touched.slice(wanted.delete).map((position) => records.update(position, source.at));
  const doomed = new Set(touched.slice(0, wanted.delete));
  const deleted = doomed.size > 0 ? records.delete(doomed) : [];
  const created = Array.from({ length: wanted.create }, () => records.create(source.at));
  return { created, updated, deleted };
}

function shares(count: number, mix: ChangeMix = { create: 1, update: 8, delete: 1 }) {
  const weight = {
    create: Number(mix.create ?? 0),
    update: Number(mix.update ?? 0),
    delete: Number(mix.delete ?? 0),
  };
  const total = weight.create + weight.update + weight.delete || 1;
  const create = Math.floor((count * weight.create) / total);
  const remove = Math.floor((count * weight.delete) / total);
  const rest = count - create - remove;
  if (weight.update > 0) return { create, update: rest, delete: remove };
  return weight.create > 0
    ? { create: create + rest, update: 0, delete: remove }
    : { create: 0, update: 0, delete: weight.delete > 0 ? remove + rest : 0 };
}

/** This many different positions below `size`, or all of them if there are fewer. */
function distinctPositions(draw: Draw, wanted: number, size: number): number[] {
  if (wanted * 2 >= size) return shuffled(draw, size).slice(0, wanted);
  const chosen = new Set<number>();
  while (chosen.size < wanted) chosen.add(draw.below(size));
  return [...chosen];
}

function shuffled(draw: Draw, size: number): number[] {
  const positions = Array.from({ length: size }, (_, position) => position);
  for (let last = size - 1; last > 0; last--) {
    const other = draw.below(last + 1);
    [positions[last], positions[other]] = [positions[other] as number, positions[last] as number];
  }
  return positions;
}
