export { createSqliteLog } from './create-sqlite-log';
export { createSqliteRunStore } from './create-sqlite-run-store';
export type {
  DurableObjectStorageLike,
  SqliteDatabase,
  SqliteHandle,
  SqliteStatement,
} from './sqlite-database';
export { SqliteLogError } from './sqlite-log-error';
export type { SqliteLogOptions, SqliteRunStoreOptions } from './sqlite-options';
