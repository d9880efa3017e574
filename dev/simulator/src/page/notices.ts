// What the page says after a form was sent: kept for a while, so that a reload does not send the form again.

export interface Notice {
  title: string;
  detail?: string | undefined;
  failed: boolean;
}

const maxKept = 100;

export class Notices {
  readonly #kept = new Map<string, Notice>();
  #serial = 0;

  /** Keeps a notice and gives the address that shows it. The newest 100 are kept. */
  add(notice: Notice): string {
    const id = String(++this.#serial);
    this.#kept.set(id, notice);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > maxKept && oldest) this.#kept.delete(oldest);
    return `/?notice=${id}`;
  }

  get(id: string | undefined): Notice | undefined {
    return id === undefined ? undefined : this.#kept.get(id);
  }
}
