/** Gives each name a small number, in order of first sight. */
export class Numbers {
  private readonly numbers = new Map<string, number>();
  private readonly names: string[] = [];

  /** How many names have a number. */
  get size(): number {
    return this.names.length;
  }

  /** The number of a name, made when the name is new. */
  of(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }

  /** The number of a name, or undefined. */
  find(name: string): number | undefined {
    return this.numbers.get(name);
  }

  /** Forgets a name; its number is not given out again. */
  forget(name: string): void {
    const number = this.numbers.get(name);
    if (number === undefined) return;
    this.names[number] = '';
    this.numbers.delete(name);
  }

  /** The name of a number that was given out. */
  name(number: number): string {
    return this.names[number] as string;
  }
}
