// How far another server's clock is from ours.

export interface ClockSample {
  of: string;
  /** Positive: the server is ahead of us. */
  differenceMs: number;
}

/** `precisionMs`: the server cuts off what is smaller, so that its time is half of that later on average. */
export function clockSample(options: {
  of: string;
  serverTime: Date;
  precisionMs: number;
  askedAt: Date;
  answeredAt: Date;
}): ClockSample {
  const { of, serverTime, precisionMs, askedAt, answeredAt } = options;
  const ours = (askedAt.getTime() + answeredAt.getTime()) / 2;
  return { of, differenceMs: Math.round(serverTime.getTime() + precisionMs / 2 - ours) };
}
