import { openSync, writeSync } from 'node:fs';
import { openFeed } from '../../../main/feeds/feed-client.ts';
import { openJournal, type Journal } from '../../../main/journal/journal.ts';
import { openViews } from '../../../main/views/views.ts';

/**
 * The smaller victim: journal, views and feed alone, with nothing that time sets off. It follows
 * the gateway until the journal holds so many facts of machines, writes notes meanwhile, and closes.
 */
export interface FeedSettings {
  readonly folder: string;
  readonly address: string;
  readonly token: string;
  readonly person: string;
  /** Ends when the feed has brought so many sequences. */
  readonly until: number;
  /** Notes that a person writes on the way. */
  readonly notes: number;
  /** Pages in the write-ahead log before a checkpoint: few, so that some fall into the run. */
  readonly checkpointPages: number;
  /** Whether the views follow, in their own file. */
  readonly views: boolean;
  /** Facts in one file of the row: few, so that some are sealed on the way. */
  readonly factsInFile?: number;
  /** A file that gets a line at every acknowledgement, after the commit. */
  readonly marks?: string;
  /** A protection that is switched off, for the control of the test itself. */
  readonly without?: 'full-sync' | 'commit-before-receipt';
}

/** One line of the file of marks. */
export interface Mark {
  /** The batch whose receipt goes out now. */
  readonly from?: number;
  readonly to?: number;
  /** The ids of what a person wrote, which the command answers now. */
  readonly own?: readonly string[];
}

const settings = JSON.parse(process.argv[2] ?? '{}') as FeedSettings;
const { folder, factsInFile } = settings;
const opened = openJournal({
  folder,
  repair: true,
  ...(factsInFile !== undefined && { limits: { facts: factsInFile, bytes: 1e12 } }),
});
opened.database.pragma(`wal_autocheckpoint = ${settings.checkpointPages}`);
if (settings.without === 'full-sync') opened.database.pragma('synchronous = NORMAL');
const views = settings.views ? openViews(folder, opened) : null;
const marks = settings.marks === undefined ? null : openSync(settings.marks, 'w');
let place = 0;
let noted = 0;

const journal: Journal = {
  ...opened,
  appendFromFeed(batch, seenAt) {
    if (settings.without === 'commit-before-receipt') {
      setTimeout(() => opened.appendFromFeed(batch, seenAt), 50);
      return [];
    }
    const stored = opened.appendFromFeed(batch, seenAt);
    mark({ from: batch.from, to: batch.to });
    return stored;
  },
};

const feed = openFeed({
  address: settings.address,
  token: settings.token,
  journal,
  now: Date.now,
  onFacts: follow,
  onStatus: () => {},
  onPerson: () => {},
  onReceipts: endWhenDone,
});
writeSync(1, `${process.pid}\n`);
// What an exchange with the gateway completes is told by no batch.
setInterval(endWhenDone, 20);
// A test that failed leaves nobody behind.
process.stdin.on('end', () => process.exit(1)).resume();

function follow(): void {
  while (views?.catchUp(200).more);
  if (opened.isFull()) while (!opened.seal(1_000));
  if (noted < settings.notes) {
    noted += 1;
    const draft = {
      kind: 'note.written',
      thing: `note:${process.pid}-${noted}`,
      at: Date.now(),
      body: { text: `note ${noted} ${'.'.repeat(300)}` },
    };
    const own = journal.appendOwn(settings.person, [draft as never], Date.now());
    mark({ own: own.map(({ fact }) => fact.id) });
    feed.nudge();
  }
  endWhenDone();
}

function endWhenDone(): void {
  const [held, ...others] = journal.feedPlace('gateway').holds;
  const whole = held?.[0] === 1 && held[1] >= settings.until && others.length === 0;
  if (!whole || journal.outboxSize(feed.epoch()) > 0) return;
  feed.close();
  views?.close();
  opened.close();
  process.exit(0);
}

function mark(what: Mark): void {
  if (marks === null) return;
  // With a place, as the database writes: then the recording holds both in one order.
  const line = `${JSON.stringify(what)}\n`;
  place += writeSync(marks, line, place);
}
