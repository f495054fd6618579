import type { RecordOf } from '../../shared/ipc/contract.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../shared/kit/time.ts';
import type { Scenario } from './mock-world.ts';

const DAY_MS = 24 * HOUR_MS;

/** What a made-up desk's record says of itself. Development only. */
export function makeRecord(scenario: Scenario, now: number): RecordOf {
  if (scenario === 'empty' || scenario === 'start') return emptyRecord();
  const isSalvaged = scenario === 'salvaged' || scenario === 'broken';
  const isDamaged = scenario === 'damaged';
  return {
    folder: '/home/mei/.config/holdfast/rooms/live',
    files: [
      {
        name: 'journal-0001.sqlite',
        sealed: true,
        facts: 1_000_000,
        bytes: 912_400_384,
        firstSeq: 1,
        lastSeq: 1_000_000,
      },
      {
        name: 'journal-0002.sqlite',
        sealed: false,
        facts: 204_331,
        bytes: 188_743_680,
        firstSeq: 1_000_001,
        lastSeq: 1_204_331,
      },
    ],
    check: {
      running: !isDamaged,
      checked: isDamaged ? 1_204_331 : 517_862,
      total: 1_204_331,
      completedAt: scenario === 'gaps' ? null : now - 47 * MINUTE_MS,
      damaged: isDamaged ? [40_112, 40_113, 771_002] : [],
    },
    copies: {
      folder: '/home/mei/.config/holdfast/copies',
      problem: scenario === 'low' || scenario === 'broken' ? 'ENOSPC: no space left' : null,
      bytes: 2_210_398_208,
      points: [
        ...[6, 5, 4, 3, 2, 1].map((days) => now - days * DAY_MS),
        ...[9, 7, 5, 4, 3, 2].map((hours) => now - hours * HOUR_MS),
        ...[55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 5].map((minutes) => now - minutes * MINUTE_MS),
        now - 12 * SECOND_MS,
      ].map((at, index) => ({
        at,
        lastSeq: Math.round(1_204_331 - ((now - at) / DAY_MS) * 90_000),
        file: index % 2 === 0 ? 'a.sqlite' : 'b.sqlite',
      })),
    },
    salvage: isSalvaged
      ? {
          at: now - 3 * MINUTE_MS,
          reason: 'database disk image is malformed (page 812 of 46 080)',
          kept: 1_204_321,
          missing: 10,
          aside: '/home/mei/.config/holdfast/rooms/live/damaged-2026-03-01T02-11-40',
          report: REPORT,
        }
      : null,
    quarantine:
      scenario === 'broken' || scenario === 'gaps'
        ? [
            {
              at: now - 4 * MINUTE_MS,
              source: 'gateway',
              place: 'facts[12].body.severity',
              reason: 'severity: expected critical, warning or info',
              excerpt: '{"kind":"alert.fired","body":{"severity":"page","name":"DiskFull"}}',
            },
            {
              at: now - 31 * MINUTE_MS,
              source: 'gateway',
              place: 'facts[3].id',
              reason: 'the id does not fit the content',
              excerpt: '{"kind":"note.written","body":{"text":"failover done"}}',
            },
          ]
        : [],
  };
}

const REPORT = `# A damaged journal was saved

2026-03-01 02:11:40. journal-0002.sqlite could not be read: database disk image is malformed.

Kept: 1 204 321 facts, each found whole by its own hash.
Missing: 10 facts that the file is known to have held.
Put aside, unchanged: damaged-2026-03-01T02-11-40/journal-0002.sqlite (188 743 680 bytes).

What was missing is asked for again from the gateway as soon as it is heard.
What was written on this desk and was not yet sent was found again and is in the outbox.
`;

function emptyRecord(): RecordOf {
  return {
    folder: '/home/mei/.config/holdfast/rooms/live',
    files: [
      {
        name: 'journal-0001.sqlite',
        sealed: false,
        facts: 0,
        bytes: 4_096,
        firstSeq: 0,
        lastSeq: 0,
      },
    ],
    check: { running: false, checked: 0, total: 0, completedAt: null, damaged: [] },
    copies: { folder: '/home/mei/.config/holdfast/copies', problem: null, bytes: 0, points: [] },
    salvage: null,
    quarantine: [],
  };
}
