/** Lets so many things be under way at a time; others wait in the order in which they came. */
export class Bounded {
  private underWay = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.underWay === this.most) await new Promise<void>((go) => this.waiting.push(go));
    else this.underWay++;
    try {
      return await work();
    } finally {
      // The place goes to the next that waits.
      const next = this.waiting.shift();
      if (next) next();
      else this.underWay--;
    }
  }
}
