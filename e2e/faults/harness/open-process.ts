import { join } from 'node:path';
import { openSqliteJournal } from '../../../gateway/journal/sqlite-journal.ts';
import { openJournal } from '../../../main/journal/journal.ts';

/** The victim of the tests of migrations: opens a journal, which brings its schema up, and ends. */
const [kind, folder = ''] = process.argv.slice(2);
if (kind === 'desk') openJournal({ folder }).close();
else await openSqliteJournal({ path: join(folder, 'gateway.db'), now: Date.now }).close();
