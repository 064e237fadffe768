/** Something that is asked for once a session and then known, however many ask at the same time. */
export class OnceEach<T> {
  readonly #known = new Map<string, Promise<T>>();

  /** @param ask is called when nothing is known by this id; one that fails is forgotten. @throws what `ask` throws. */
  async get(id: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#known.get(id) ?? ask();
    this.#known.set(id, known);
    try {
      return await known;
    } catch (error) {
      if (this.#known.get(id) === known) this.#known.delete(id);
      throw error;
    }
  }
}
