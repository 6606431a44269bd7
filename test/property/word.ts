/** Something that happens once, and that others wait for. */
export class Word {
  readonly given: Promise<void>;
  give: () => void = () => undefined;

  constructor() {
    this.given = new Promise((resolve) => (this.give = resolve));
  }
}
