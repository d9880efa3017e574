// Which records a pass held: in memory while one page is all of it, else in the notes of its pages.

import { type PageNotes, type Seen, seenOnPage } from "./page-notes.ts";

/** Which records the pages of a pass held. */
export type HeldRecords = ReturnType<typeof createHeldRecords>;

/** Of one run. `isNoted`: whether the pass that it takes up has notes already. */
export function createHeldRecords(notes: PageNotes, { token, isNoted }: { token: number; isNoted: boolean }) {
  /** Noted in MongoDB only if another run may have to know them. */
  let onlyPage: readonly string[] | undefined;
  let hasNotes = isNoted;

  return {
    /** Whether one page was all of the pass. */
    isOnePage: (): boolean => onlyPage !== undefined,

    /**
     * What page `page` held, by external ids; 0 is the first page. `seeksMissing`: whether `seenIn` will be
     * asked.
     */
    async add(
      externalIds: readonly string[],
      {
        pass,
        page,
        isLast,
        seeksMissing,
      }: { pass: number; page: number; isLast: boolean; seeksMissing: boolean },
    ): Promise<void> {
      if (isLast && page === 0) onlyPage = externalIds;
      else if (seeksMissing) {
        if (page === 0) await notes.forgetBefore(pass);
        hasNotes = true;
        await notes.note({ pass, page, token }, externalIds);
      }
    },

    /** What the pages of a pass held; a text that says why that proves nothing. */
    async seenIn(pass: number, pages: number): Promise<Seen | string> {
      return onlyPage === undefined ? notes.seenIn(pass, pages) : seenOnPage(onlyPage);
    },

    /** Makes durable what is in memory only: another run may continue with the pass. */
    async noteOnlyPage(pass: number): Promise<void> {
      if (onlyPage === undefined || hasNotes) return;
      await notes.note({ pass, page: 0, token }, onlyPage);
      hasNotes = true;
    },

    /** The pass is over. */
    async forget(pass: number): Promise<void> {
      if (hasNotes) await notes.forgetBefore(pass + 1);
    },
  };
}
