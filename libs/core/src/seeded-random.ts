/**
 * Random numbers that are the same in every replay: sfc32, seeded by the text. Not for secrets.
 * @see https://pracrand.sourceforge.net/RNG_engines.txt for the generator
 */
export class SeededRandom {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: string) {
    let hash = 0x811c9dc5;
    const next = (): number => {
      for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
      return (hash ^= hash >>> 15) >>> 0;
    };
    this.a = next();
    this.b = next();
    this.c = next();
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** From 0 to below 1. */
  next(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A UUID of version 4. */
  uuid(): string {
    const words = [this.bits(), this.bits(), this.bits(), this.bits()];
    words[1] = (words[1]! & 0xffff0fff) | 0x4000;
    words[2] = (words[2]! & 0x3fffffff) | 0x80000000;
    const hex = words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  private bits(): number {
    const t = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + t;
    this.c |= 0;
    return t >>> 0;
  }
}
