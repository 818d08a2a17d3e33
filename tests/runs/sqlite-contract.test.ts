import { describeSqlite } from './describe-sqlite';

describeSqlite();
