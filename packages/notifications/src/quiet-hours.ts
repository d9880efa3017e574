// The hours in which no messages are sent, by the clock of a time zone.

/** Minutes after midnight; where `from` is later than `until`, over midnight. */
export interface QuietHours {
  from: number;
  until: number;
  /** Of the IANA database, for instance `Europe/Copenhagen`. */
  timeZone: string;
}

/** Whether these hours are now; never where there are none. */
export function isQuiet(hours: QuietHours | undefined, now: Date): boolean {
  if (hours === undefined) return false;
  const { from, until, timeZone } = hours;
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  const [hour = 0, minute = 0] = clock.format(now).split(":").map(Number);
  const minutes = hour * 60 + minute;
  return from <= until ? minutes >= from && minutes < until : minutes >= from || minutes < until;
}
