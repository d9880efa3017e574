// Loaded into a service before its own modules: a clock of the process that its parent can move, by
// `{ clockOffsetMs }` over their channel. Time-outs and `performance.now()` continue undisturbed, as they do
// when a machine's clock is set.

const RealDate = Date;
const realNow = Date.now;
let offsetMs = 0;

process.on("message", (message: unknown) => {
  const moved = (message as { clockOffsetMs?: unknown } | null)?.clockOffsetMs;
  if (typeof moved === "number") offsetMs = moved;
});

const now = () => realNow() + offsetMs;

// A property like any other: a service may put one of its own in its place.
RealDate.now = now;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
});
