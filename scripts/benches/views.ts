import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../main/journal/journal.ts';
import { openViews } from '../../main/views/views.ts';
import { nativeSha256 } from '../../gateway/journal/native-hash.ts';
import { sealFact, type Fact } from '../../shared/facts/fact.ts';
import { batchesOnTheWire } from './ingest.ts';
import { cpuSeconds, figure, median, quantile, type Figure } from './figure.ts';

const T0 = 1_760_000_000_000;
const ROUNDS = 5;
const MILLION = 1_000_000;
const SLICE = 1_000;
/** Distance in time of the synthetic facts (ms). */
const STEP_MS = 200;

/**
 * Counts per minute of a week in which ten million facts came, as the timeline asks for them. What
 * is read are the counts alone, so only they are written: 1,000 facts a minute, in all five series.
 */
export function histogram(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const journal = openJournal({ folder });
    const views = openViews(folder, journal);
    const minutes = 7 * 24 * 60;
    const insert = views.database.prepare('INSERT INTO minute_count VALUES (?, ?, ?, ?, ?, ?)');
    views.database.transaction(() => {
      const first = T0 - (T0 % 60_000);
      for (let minute = 0; minute < minutes; minute += 1) {
        insert.run(first + minute * 60_000, 250 + (minute % 7), 350, 300, 2, 90);
      }
    })();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS * 3; round += 1) {
      times.push(await cpuMs(() => void views.density(T0, T0 + minutes * 60_000, 1_200)));
    }
    views.close();
    journal.close();
    return [figure('histogram', median(times), 'CPU ms, 10 M facts of a week (limit 15)')];
  });
}

/** All states at moments of a journal of one million facts about 5,000 things, and of the newest. */
export function moment(): Promise<Figure[]> {
  return millionFacts().then(async ({ profile, writeSeconds }) => {
    const folder = roomFolder(profile);
    const journal = openJournal({ folder });
    const views = openViews(folder, journal);
    while (views.catchUp(SLICE).more);
    const times: number[] = [];
    const near: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const part of [0.1, 0.35, 0.6, 0.85]) {
        const at = T0 + MILLION * STEP_MS * part + round * 12_345;
        times.push(await cpuMs(() => void views.at(at)));
        // As a replay goes on: fifteen seconds later.
        near.push(await cpuMs(() => void views.at(at + 15_000)));
      }
    }
    const things = views.current.size;
    views.close();
    journal.close();
    return [
      figure('moment', median(times), `CPU ms, ${things} things of 1 M facts (limit 100)`),
      figure('moment-near', median(near), 'CPU ms, of moments 15 s after the one before'),
      figure('moment-worst', quantile(times, 0.99), 'CPU ms, of 20 moments'),
      figure('views-of-a-million', writeSeconds, 'CPU s for the views of 1 M facts in order'),
    ];
  });
}

/** 1,000 facts, each of another thing, from the journal into the states. */
export function upserts(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const journal = openJournal({ folder });
    const views = openViews(folder, journal);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS * 4; round += 1) {
      journal.appendForeign(
        Array.from({ length: 1_000 }, (_, number) => fired(number, T0 + round * 60_000)),
        T0,
      );
      times.push(
        await cpuMs(() => {
          while (views.catchUp(1_000).more);
        }),
      );
    }
    views.close();
    journal.close();
    return [figure('upserts', median(times.slice(ROUNDS)), 'CPU ms for 1,000 states (limit 10)')];
  });
}

/**
 * A backlog of one million facts, the newest fact of every kind and thing first, as a feed brings
 * it to a desk that was away: until the views hold all, past included.
 */
export function backfill(): Promise<Figure[]> {
  return inFolder(async (folder) => {
    const journal = openJournal({ folder });
    const views = openViews(folder, journal);
    const slices: number[] = [];
    let seconds = 0;
    const follow = async (): Promise<void> => {
      for (let more = true; more;) {
        const took = await cpuSeconds(() => {
          ({ more } = views.catchUp(SLICE));
        });
        seconds += took;
        slices.push(took * 1_000);
      }
    };
    const batches = batchesOnTheWire(MILLION);
    const heads = new Map<string, Fact>();
    for (const batch of batches) {
      for (const fact of JSON.parse(batch) as Fact[]) heads.set(`${fact.kind} ${fact.thing}`, fact);
    }
    journal.appendForeign([...heads.values()], T0);
    await follow();
    for (const [index, batch] of batches.entries()) {
      journal.appendForeign(JSON.parse(batch) as Fact[], T0);
      // As in a room: the feed is a little ahead of the views.
      if (index % 5 === 4) seconds += await cpuSeconds(() => void views.catchUp(SLICE * 4));
    }
    await follow();
    views.close();
    journal.close();
    return [
      figure('backfill', seconds, 'CPU s for the views of 1 M late facts (limit 60)'),
      figure('backfill-slice', quantile(slices, 0.99), 'CPU ms, 99 % of slices of 1,000 facts'),
    ];
  });
}

let made: Promise<{ profile: string; writeSeconds: number }> | null = null;

/** A profile whose room has one million facts, made once a run, and how long the views took. */
export function millionFacts(): Promise<{ profile: string; writeSeconds: number }> {
  made ??= makeMillion();
  return made;
}

export function roomFolder(profile: string): string {
  return join(profile, 'rooms', 'live');
}

async function makeMillion(): Promise<{ profile: string; writeSeconds: number }> {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  process.once('exit', () => rmSync(profile, { recursive: true, force: true }));
  const folder = roomFolder(profile);
  const journal = openJournal({ folder });
  const views = openViews(folder, journal);
  let writeSeconds = 0;
  for (const batch of batchesOnTheWire(MILLION)) {
    journal.appendForeign(JSON.parse(batch) as Fact[], T0);
    writeSeconds += await cpuSeconds(() => {
      while (views.catchUp(SLICE).more);
    });
  }
  views.close();
  journal.close();
  return { profile, writeSeconds };
}

function fired(number: number, at: number): Fact {
  const fingerprint = number.toString(16).padStart(16, '0');
  const service = `service-${number % 500}`;
  return sealFact(
    {
      kind: 'alert.fired',
      v: 1,
      thing: `alert:${fingerprint}`,
      at,
      heardAt: at,
      source: 'am',
      body: {
        fingerprint,
        name: 'HighErrorRate',
        severity: 'critical',
        service,
        labels: { alertname: 'HighErrorRate', service, zone: 'z1' },
        annotations: { summary: `error rate of ${service}` },
        startsAt: at,
      },
    },
    nativeSha256,
  );
}

async function inFolder(run: (folder: string) => Promise<Figure[]>): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cpuMs(work: () => void): Promise<number> {
  return (await cpuSeconds(work)) * 1_000;
}
