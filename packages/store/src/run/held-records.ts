// Which records a pass held: in memory while no other run may have to know them, else in the notes of its
// pages.

import { type PageNotes, type Seen, seenOnPages } from "./page-notes.ts";

/** Which records the pages of a pass held. */
export type HeldRecords = ReturnType<typeof createHeldRecords>;

/** Of one run. `isNoted`: whether the pass that it takes up has notes already. */
export function createHeldRecords(notes: PageNotes, { token, isNoted }: { token: number; isNoted: boolean }) {
  /** Of all pages of the pass until now, or of none. */
  let inMemory: (readonly string[])[] = [];
  let hasNotes = isNoted;

  return {
    /** Whether only this process knows what the pass held until now. */
    isInMemory: (): boolean => inMemory.length > 0,

    /**
     * What page `page` held, by external ids; 0 is the first page. `isSteady`: whether all of the pass until
     * now is as the last run left it: then the pass may as well be begun again. `seeksMissing`: whether
     * `seenIn` will be asked.
     */
    async add(
      externalIds: readonly string[],
      {
        pass,
        page,
        isLast,
        isSteady,
        seeksMissing,
      }: { pass: number; page: number; isLast: boolean; isSteady: boolean; seeksMissing: boolean },
    ): Promise<void> {
      if (page === inMemory.length && (isSteady || (isLast && page === 0))) inMemory.push(externalIds);
      else if (seeksMissing) {
        if (page === 0 || inMemory.length > 0) await notes.forgetBefore(pass);
        await noteAll(pass);
        hasNotes = true;
        await notes.note({ pass, page, token }, externalIds);
      } else inMemory = [];
    },

    /** What the pages of a pass held; a text that says why that proves nothing. */
    async seenIn(pass: number, pages: number): Promise<Seen | string> {
      return inMemory.length > 0 ? seenOnPages(inMemory) : notes.seenIn(pass, pages);
    },

    noteAll,

    /** The pass is over. */
    async forget(pass: number): Promise<void> {
      if (hasNotes) await notes.forgetBefore(pass + 1);
    },
  };

  /** Makes durable what is in memory only: another run may continue with the pass. */
  async function noteAll(pass: number): Promise<void> {
    if (inMemory.length === 0) return;
    hasNotes = true;
    for (const [page, externalIds] of inMemory.entries())
      await notes.note({ pass, page, token }, externalIds);
    inMemory = [];
  }
}
