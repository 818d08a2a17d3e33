export type {
  DurableObjectStorageLike,
  SqliteDatabase,
  SqliteHandle,
  SqliteStatement,
} from './sqlite-database';
export { createSqliteLog } from './sqlite-log';
export { SqliteLogError } from './sqlite-log-error';
export type { SqliteLogOptions, SqliteRunStoreOptions } from './sqlite-options';
export { createSqliteRunStore } from './sqlite-run-store';
