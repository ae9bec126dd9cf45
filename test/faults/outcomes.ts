/** Figures of one run for people, printed where `STEPWELL_FAULT_TABLE` is set; no test depends on them. */
export class Outcomes {
  readonly #title: string;
  readonly #rows: Record<string, Record<string, number>> = {};

  constructor(title: string) {
    this.#title = title;
  }

  /** How long something takes after a fault, in milliseconds; what it comes to is passed on. */
  async time<T>(
    fault: string,
    what: 'until the client knows' | 'next episode',
    work: Promise<T>,
  ): Promise<T> {
    const began = performance.now();
    const outcome = await work;
    const row = this.#rows[fault] ?? {};
    this.#rows[fault] = { ...row, [what]: Math.round(performance.now() - began) };
    return outcome;
  }

  print(): void {
    if (process.env.STEPWELL_FAULT_TABLE === undefined) return;
    console.info(this.#title);
    console.table(this.#rows);
  }
}
