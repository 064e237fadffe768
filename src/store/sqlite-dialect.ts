/**
 * Kysely over `node:sqlite`.
 *
 * Kysely's own SQLite driver asks a statement whether it is a `reader`; node's has no such property,
 * so that every query would silently answer []. Here a statement that has columns is one that reads.
 *
 * A transaction takes the write lock when it begins (`begin immediate`): one that read first and
 * wrote later could be refused without waiting (SQLITE_BUSY_SNAPSHOT). Statements are kept by their
 * text, which is safe because the store's queries have a fixed shape.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from "kysely";

/** @param database open, and closed by Kysely's `destroy` once a query has run. */
export function sqliteDialect(database: DatabaseSync): Dialect {
  return {
    createDriver: () => new SqliteDriver(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** A row as statements bind it, by column. */
export type Row = Readonly<Record<string, SQLInputValue>>;

/**
 * Compiles a statement once, to be run for many rows: the query builder for each row costs more than
 * the statement itself.
 *
 * @param query built with the names of columns in the place of values.
 * @returns runs it for each row; to be called inside a transaction.
 */
export function rowStatement(database: DatabaseSync, query: CompiledQuery): (rows: Iterable<Row>) => void {
  let statement: StatementSync | undefined;
  const columns = query.parameters as readonly string[];
  return (rows) => {
    statement ??= database.prepare(query.sql);
    for (const row of rows) statement.run(...columns.map((column) => row[column] as SQLInputValue));
  };
}

class SqliteDriver implements Driver {
  readonly #database: DatabaseSync;
  readonly #connection: SqliteConnection;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#connection = new SqliteConnection(database);
  }

  async init(): Promise<void> {
    // The database came open.
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(_connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    this.#database.exec(settings.accessMode === "read only" ? "begin" : "begin immediate");
  }

  async commitTransaction(): Promise<void> {
    this.#database.exec("commit");
  }

  /** A full disk may have rolled back by itself; a second rollback would hide that error behind its own. */
  async rollbackTransaction(): Promise<void> {
    if (this.#database.isTransaction) this.#database.exec("rollback");
  }

  async releaseConnection(): Promise<void> {
    // There is one connection, and it stays.
  }

  async destroy(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#prepare(query.sql);
    const parameters = query.parameters as SQLInputValue[];
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(...parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const parameters = query.parameters as SQLInputValue[];
    // Not the kept one: a stream stays open while others run the same text.
    for (const row of this.#database.prepare(query.sql).iterate(...parameters)) yield { rows: [row as R] };
  }

  #prepare(sql: string): StatementSync {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
