import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { parseRfc3339 } from '../../shared/kit/time.ts';
import { copyAttachments } from '../journal/attachment-files.ts';
import { BackupError, backUpFolder, moveAside, restore } from '../journal/backup.ts';
import { checkFolder, type CheckedFile } from '../journal/check-folder.ts';
import { damageMarkPath } from '../journal/inspect.ts';
import { journalFile, journalFiles, syncFolder } from '../journal/journal-files.ts';
import { openJournal } from '../journal/journal.ts';
import { reportOf } from '../journal/salvage.ts';
import { lockProfile, ProfileInUseError } from '../profile-lock.ts';
import { EXIT, UsageError, type Command } from './command.ts';

const CODES = [
  'Exit codes: 0 done; 1 damage was found, or the journal could not be used; 2 wrong words;',
  '3 the application (or another command) has this profile open.',
];

/** The commands that look after a desk's record. */
export const journalCommands: Record<string, Command> = {
  'journal files': {
    usage: 'journal files <profile or folder of a journal>',
    does: 'lists the row of files: facts, bytes, sequences (also while the application runs)',
    more: CODES,
    run: guarded((words, say) => {
      const [place = ''] = wordsOf(words, 1).positionals;
      const files = checkFolder(folderOf(place), { rows: false });
      for (const file of files) say.out(JSON.stringify(shown(file)));
      return files.some(({ damage }) => damage !== null) ? EXIT.damaged : EXIT.done;
    }),
  },
  'journal check': {
    usage: 'journal check <profile or folder of a journal>',
    does: 'checks the row hash of every fact and the structure of every file (also while the application runs)',
    more: [
      'Reads only. Prints one line of JSON: facts, damaged sequences, and what is wrong with each file.',
      'Takes the profile of a desk, a backup, or a folder of rolling copies.',
      ...CODES,
    ],
    run: guarded((words, say) => {
      const [place = ''] = wordsOf(words, 1).positionals;
      const files = checkFolder(folderOf(place), { rows: true });
      const facts = files.reduce((sum, { checked }) => sum + checked, 0);
      const damaged = files.flatMap((file) => file.damaged);
      say.out(JSON.stringify({ facts, damaged, files: files.map(shown) }));
      return files.every(({ damage }) => damage === null) ? EXIT.done : EXIT.damaged;
    }),
  },
  'journal salvage': {
    usage: 'journal salvage <profile>',
    does: 'checks every row; damaged files are put aside, never deleted, and what they held is saved',
    more: [
      'The application does the same by itself when it is started; this command also finds damage in',
      'large files that a start does not read in whole. Prints the report of what was saved.',
      ...CODES,
    ],
    run: guarded((words, say) => {
      const [place = ''] = wordsOf(words, 1).positionals;
      return locked(place, (profile) => {
        const folder = folderOf(profile);
        for (const { name, number, damage, damaged } of checkFolder(folder, { rows: true })) {
          if (damage === null || !existsSync(join(folder, name))) continue;
          const mark = { at: Date.now(), seqs: damaged };
          writeFileSync(damageMarkPath(journalFile(folder, number)), JSON.stringify(mark));
        }
        const began = Date.now();
        const copies = join(profile, 'copies');
        const journal = openJournal({ folder, repair: true, copies });
        try {
          const { salvage } = journal;
          if (salvage === null || salvage.at < began) {
            say.out('whole: nothing was to be saved');
          } else {
            say.out(reportOf(salvage));
          }
          return EXIT.done;
        } finally {
          journal.close();
        }
      });
    }),
  },
  'journal backup': {
    usage: 'journal backup <profile> <folder>',
    does: 'writes a whole backup of a desk’s journal into a new folder there (also while the application runs)',
    more: [
      'The backup is checked row by row and lists its files with their hashes in manifest.json.',
      'Keep it on another disk. It holds everything that the desk knows: keep it as safe as the desk.',
      ...CODES,
    ],
    run: guarded(async (words, say) => {
      const [place = '', folder = ''] = wordsOf(words, 2).positionals;
      const backup = await backUpFolder(folderOf(place), resolve(folder), Date.now());
      say.out(JSON.stringify(backup));
      return EXIT.done;
    }),
  },
  'journal restore': {
    usage: 'journal restore <backup, folder of copies, or file> <profile> [--at TIME] [--replace]',
    does: 'lays a journal out of a backup or of rolling copies into a profile, each row checked',
    more: [
      '--at TIME   with rolling copies: the newest point not after this moment (2026-03-01T02:14:00Z)',
      '--replace   a journal that is there is moved aside (never deleted) instead of refused',
      'The restored journal has another name: its people write as another replica, and what was not sent',
      'to the gateway yet is still sent. What the gateway has beyond it is fetched when it is connected.',
      ...CODES,
    ],
    run: guarded((words, say) => {
      const { positionals, values } = wordsOf(words, 2, {
        at: { type: 'string' },
        replace: { type: 'boolean', default: false },
      });
      const [source = '', place = ''] = positionals;
      const at = typeof values['at'] === 'string' ? momentOf(values['at']) : null;
      return locked(place, (profile) => {
        const journalFolder = join(profile, 'rooms', 'live');
        if (journalFiles(journalFolder).length > 0 && values['replace'] !== true) {
          say.error(
            `${journalFolder} holds a journal. Nothing was changed. With --replace it is moved aside.`,
          );
          return EXIT.damaged;
        }
        // Beside what is there, which gives way only to a journal that is whole.
        const fresh = `${journalFolder}-restoring`;
        rmSync(fresh, { recursive: true, force: true });
        const restored = restore({ source: resolve(source), journalFolder: fresh, at, newId });
        // Rolling copies hold none, and what was not sent yet lies nowhere else.
        copyAttachments(journalFolder, fresh);
        const aside = existsSync(journalFolder) ? moveAside(journalFolder, Date.now()) : null;
        renameSync(fresh, journalFolder);
        syncFolder(dirname(journalFolder));
        say.out(
          JSON.stringify({
            facts: restored.facts,
            lastSeq: restored.lastSeq,
            at: restored.at === null ? null : new Date(restored.at).toISOString(),
            journal: journalFolder,
            aside,
          }),
        );
        return EXIT.done;
      });
    }),
  },
  'journal seal': {
    usage: 'journal seal <profile>',
    does: 'seals the file that is being written now and begins the next one',
    more: [
      'A file is sealed by itself when it is full; a sealed one can be archived or opened.',
      ...CODES,
    ],
    run: guarded((words, say) => {
      const [place = ''] = wordsOf(words, 1).positionals;
      return locked(place, (profile) => {
        const folder = folderOf(profile);
        const journal = openJournal({ folder });
        try {
          while (!journal.seal(1_000));
          const [sealed] = journal.files().slice(-2);
          say.out(JSON.stringify({ sealed: sealed?.path, facts: sealed?.facts }));
          return EXIT.done;
        } finally {
          journal.close();
        }
      });
    }),
  },
};

function newId(): string {
  return randomBytes(8).toString('hex');
}

/** Errors that a person can do something about become a line and an exit code. */
function guarded(run: Command['run']): Command['run'] {
  return async (words, say) => {
    try {
      return await run(words, say);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      say.error(error instanceof Error ? error.message : String(error));
      if (error instanceof ProfileInUseError) return EXIT.inUse;
      if (error instanceof NoJournalError) return EXIT.usage;
      if (!(error instanceof BackupError) && !isExpected(error)) say.error(String(error));
      return EXIT.damaged;
    }
  };
}

function isExpected(error: unknown): boolean {
  return error instanceof Error && ('code' in error || error.name === 'ForeignFileError');
}

class NoJournalError extends Error {}

/** The folder of the journal in a profile; or the folder itself where files of a journal lie in it. */
function folderOf(place: string): string {
  const live = join(resolve(place), 'rooms', 'live');
  if (journalFiles(live).length > 0 || existsSync(join(live, 'journal.last'))) return live;
  const folder = resolve(place);
  if (journalFiles(folder).length > 0 || existsSync(join(folder, 'a.sqlite'))) return folder;
  throw new NoJournalError(`no journal in ${live}`);
}

function locked(place: string, act: (profile: string) => number): number {
  const profile = resolve(place);
  const letGo = lockProfile(profile);
  try {
    return act(profile);
  } finally {
    letGo();
  }
}

function wordsOf(words: string[], count: number, options: ParseArgsOptionsConfig = {}) {
  let parsed;
  try {
    parsed = parseArgs({ args: words, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (parsed.positionals.length !== count) {
    throw new UsageError(`${count} words were expected, ${parsed.positionals.length} came`);
  }
  return parsed as { positionals: string[]; values: Record<string, unknown> };
}

function momentOf(text: string): number {
  const moment = /^\d{10,}$/.test(text) ? Number(text) : parseRfc3339(text);
  if (moment === null) throw new UsageError(`"${text}" is no moment: write 2026-03-01T02:14:00Z`);
  return moment;
}

function shown({ name, sealed, checked, bytes, firstSeq, lastSeq, damage }: CheckedFile) {
  return { name, sealed, facts: checked, bytes, firstSeq, lastSeq, damage };
}
