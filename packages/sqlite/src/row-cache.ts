import type { Driver, SqliteValue } from './sqlite-database';

/** More are not kept. */
const MOST = 1000;

/** Rows by name, as they were last read or written, for as long as nobody else writes to the database. */
export class RowCache<Row> {
  readonly #driver: Driver;
  readonly #rows = new Map<string, Row>();
  #version: SqliteValue | undefined;
  #changes: SqliteValue | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /** First within each transaction. */
  begin(): void {
    const version = this.#driver.version();
    const changes = this.#driver.changes();
    if (version === undefined || version !== this.#version || changes !== this.#changes) this.#rows.clear();
    this.#version = version;
    this.#changes = changes;
  }

  /** Last within each transaction that writes. */
  written(): void {
    this.#changes = this.#driver.changes();
  }

  /** After a transaction that was undone. */
  clear(): void {
    this.#rows.clear();
  }

  get(name: string): Row | undefined {
    return this.#rows.get(name);
  }

  set(name: string, row: Row): void {
    if (this.#rows.size >= MOST) this.#rows.clear();
    this.#rows.set(name, row);
  }

  delete(name: string): void {
    this.#rows.delete(name);
  }
}
