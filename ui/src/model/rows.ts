// The rows of one conversation in their order, each found by its key. What changes keeps its place.

import type { Item } from "./items";

export class Rows {
  #items: Item[] = [];
  readonly #place = new Map<string, number>();

  /** A copy: later changes do not reach it. */
  all(): readonly Item[] {
    return this.#items.slice();
  }

  get length(): number {
    return this.#items.length;
  }

  get last(): Item | undefined {
    return this.#items.at(-1);
  }

  has(key: string): boolean {
    return this.#place.has(key);
  }

  isLast(key: string): boolean {
    return this.#place.get(key) === this.#items.length - 1;
  }

  find<T extends Item>(key: string): T | undefined {
    const index = this.#place.get(key);
    return index === undefined ? undefined : (this.#items[index] as T | undefined);
  }

  push(item: Item): void {
    this.#place.set(item.key, this.#items.length);
    this.#items.push(item);
  }

  /** Adds the row, or fills the one this thing already has without moving it. */
  put(place: string, item: Item): void {
    const index = this.#place.get(place);
    const keyed = { ...item, key: place } as Item;
    if (index === undefined) this.push(keyed);
    else this.#items[index] = { ...keyed, ts: this.#items[index]?.ts ?? item.ts } as Item;
  }

  insertBefore(key: string, item: Item): void {
    this.#items.splice(this.#place.get(key) ?? this.#items.length, 0, item);
    this.#number();
  }

  replace(key: string, item: Item): void {
    const index = this.#place.get(key);
    if (index !== undefined) this.#items[index] = item;
  }

  /** The last row keeps its place and key with other content. */
  replaceLast(item: Item): void {
    const last = this.#items.at(-1);
    if (last) this.#items[this.#items.length - 1] = { ...item, key: last.key } as Item;
  }

  change<T extends Item>(key: string, change: (item: T) => T): void {
    const before = this.find<T>(key);
    if (before) this.replace(key, change(before));
  }

  remove(key: string): void {
    const index = this.#place.get(key);
    if (index === undefined) return;
    this.#items.splice(index, 1);
    this.#number();
  }

  #number(): void {
    this.#place.clear();
    this.#items.forEach((item, at) => this.#place.set(item.key, at));
  }
}
