import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_POINTS, type ClockPoints, type PlacedPoint } from '../incident/clock.ts';
import { incidentProjection } from '../projections/incident.ts';
import type { IncidentRow } from '../ipc/rows.ts';
import { readBlocks } from './blocks.ts';
import { postMortemHtml, postMortemMarkdown, type PostMortemDocument } from './document.ts';
import { draftPostMortem, type DraftInput } from './draft.ts';
import { uncitedIn } from './lint.ts';
import { timeBySeverity } from './spans.ts';

const START = Date.UTC(2026, 2, 1, 2, 0, 0);
const MINUTE = 60_000;
const id = (name: string): string => Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);

const incident: IncidentRow = {
  ...incidentProjection.initial('incident:one'),
  key: 'incident:one',
  title: 'Checkout fails',
  severity: 'SEV-1',
  commander: 'maya',
  services: ['checkout'],
  units: ['RZ01'],
  impact: 'one in three payments',
  status: 'resolved',
  phase: 'resolved',
  declaredAt: START + 2 * MINUTE,
  declaredBy: 'maya',
  resolvedAt: START + 12 * MINUTE,
  resolvedBy: 'maya',
  measure: { service: 'checkout', signal: 'errors', limit: 0.05, goodMs: MINUTE },
  severities: [
    { severity: 'SEV-2', at: START + 2 * MINUTE },
    { severity: 'SEV-1', at: START + 5 * MINUTE },
  ],
  phases: [
    { phase: 'active', at: START + 2 * MINUTE },
    { phase: 'resolved', at: START + 12 * MINUTE },
  ],
  sent: 'none',
};

const point = (name: string, at: number, kind: string): PlacedPoint => ({
  at,
  heardAt: at,
  evidence: id(name),
  kind,
  by: 'mesh',
  mark: 'none',
});

const points: ClockPoints = {
  ...NO_POINTS,
  effect: point('effect', START, 'edge.measured'),
  detected: point('fired', START + 45_000, 'alert.fired'),
  recovered: point('good', START + 11 * MINUTE, 'edge.measured'),
};

const input: DraftInput = {
  language: 'en',
  incident,
  clock: { points, moves: [] },
  decisions: [],
  hypotheses: [
    {
      key: 'hypothesis:a',
      incident: incident.key,
      text: 'the pool is full',
      service: 'ledger',
      statedAt: START,
      statedBy: 'ren',
      verdict: 'confirmed',
      judgedAt: START,
      judgedBy: 'ren',
      reason: 'all connections are taken',
      judgement: id('judged'),
      evidence: [],
      sent: 'none',
    },
  ],
  tasks: [],
  entries: [
    {
      id: id('fired'),
      at: START + 45_000,
      kind: 'alert.fired',
      thing: 'alert:a',
      who: 'am',
      word: 'Fired',
      text: 'CheckoutFails',
    },
    {
      id: id('declared'),
      at: START + 2 * MINUTE,
      kind: 'incident.declared',
      thing: incident.key,
      who: 'maya',
      word: 'Declared',
      text: 'Checkout fails',
    },
    {
      id: id('resolved'),
      at: START + 12 * MINUTE,
      kind: 'incident.resolved',
      thing: incident.key,
      who: 'maya',
      word: 'Resolved',
      text: 'rolled back',
    },
  ],
  now: START + 60 * MINUTE,
  unread: 0,
};

test('M3 a draft says what the facts say, and each statement cites them', () => {
  const sections = new Map(draftPostMortem(input).map(({ section, text }) => [section, text]));
  expect(sections.get('summary')).toContain('it took 10:00');
  expect(sections.get('impact')).toContain('SEV-1: 7:00');
  expect(sections.get('impact')).toContain('SEV-2: 3:00');
  expect(sections.get('impact')).toContain('were bad for 11:00 (above 5 %)');
  expect(sections.get('factors')).toContain('the pool is full (ledger)');
  expect(sections.get('well')).toContain('Detected within the limit: 0:45 of 1:00.');
  expect(sections.get('badly')).toContain('Recovered took longer than the limit: 11:00 of 10:00.');
  expect(sections.get('badly')).toContain('Located is not known.');
  expect(sections.get('phases')).toContain('| Effect → Detected | 0:45 |');
  expect(sections.get('timeline')).toContain('| 2026-03-01 02:00:00 |');
  for (const section of sections.keys()) {
    expect(uncitedIn(sections.get(section) ?? ''), section).toEqual([]);
  }
});

test('M3 what is not known is left out or told by what ended it, so that every statement cites', () => {
  const bare = { ...input, clock: null, incident: { ...incident, measure: null } };
  const open = { ...input, incident: { ...incident, resolvedAt: null, sizeUp: null } };
  for (const given of [bare, open] as DraftInput[]) {
    for (const { section, text } of draftPostMortem(given)) {
      expect(uncitedIn(text), section).toEqual([]);
    }
  }
});

test('M3 a point that somebody remembers stands at its own moment', () => {
  const effect = { ...point('mark', START - MINUTE, 'incident.point-marked'), mark: 'from-memory' };
  const marked = { ...input, clock: { points: { ...points, effect }, moves: [] } } as DraftInput;
  const entry = {
    id: id('mark'),
    at: START + 20 * MINUTE,
    kind: 'incident.point-marked',
    thing: incident.key,
    who: 'maya',
    word: 'Clock',
    text: 'Effect',
  };
  const text = draftPostMortem({ ...marked, entries: [...input.entries, entry] })
    .find(({ section }) => section === 'timeline')
    ?.text.split('\n');
  expect(text?.[2]).toContain('2026-03-01 01:59:00 | **Effect**');
  expect(text?.at(-1)).toContain('| 02:20:00 | **Clock**');
});

test('M3 what is said again and again stands once, with its first and last fact', () => {
  const again = ['one', 'two', 'three'].map((name, index) => ({
    id: id(name),
    at: START + 3 * MINUTE + index,
    kind: 'alert.fired',
    thing: `alert:${name}`,
    who: 'am',
    word: 'Fired',
    text: 'PoolFull',
  }));
  const text = draftPostMortem({ ...input, entries: [...input.entries, ...again] }).find(
    ({ section }) => section === 'timeline',
  )?.text;
  const lines = text?.split('\n').filter((line) => line.includes('PoolFull'));
  expect(lines).toHaveLength(1);
  expect(lines?.[0]).toContain(`×3 | [fact:${id('one').slice(0, 12)}] [fact:`);
  expect(lines?.[0]).toContain(id('three').slice(0, 12));
});

test('M3 a draft of very much fits into a fact and says what it leaves out', () => {
  const much = Array.from({ length: 400 }, (_, index) => ({
    id: id(`note ${String(index)}`),
    at: START + index,
    kind: 'note.written',
    thing: `note:${String(index)}`,
    who: 'maya',
    word: 'Note',
    text: `${String(index)} ${'[*]'.repeat(1_000)}`,
  }));
  for (const { section, text } of draftPostMortem({
    ...input,
    entries: [...input.entries, ...much],
  })) {
    expect(text.length, section).toBeLessThan(60_000);
    expect(uncitedIn(text), section).toEqual([]);
  }
  const short = much.map((entry) => ({ ...entry, text: entry.id }));
  const sections = draftPostMortem({ ...input, entries: short });
  expect(sections.find(({ section }) => section === 'timeline')?.text).toContain(
    'more entries are in the record. [fact:',
  );
});

test('M3 a draft for which not everything was read says so, in its language', () => {
  for (const [language, words] of [
    ['en', '12 alerts, changes'],
    ['zh-CN', '有 12 个告警'],
  ] as const) {
    const timeline = (unread: number): string =>
      draftPostMortem({ ...input, language, unread }).find(({ section }) => section === 'timeline')
        ?.text ?? '';
    expect(timeline(12)).toContain(words);
    expect(timeline(12).endsWith(timeline(0))).toBe(true);
    expect(uncitedIn(timeline(12))).toEqual([]);
  }
});

test('M3 the same facts give the same draft, in whatever order they are given', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...input.entries], { minLength: input.entries.length }),
      (entries) => {
        expect(draftPostMortem({ ...input, entries })).toEqual(draftPostMortem(input));
      },
    ),
  );
});

test('M3 while nobody works on an incident its time counts for no severity', () => {
  const phases = [
    { phase: 'active', at: START },
    { phase: 'resolved', at: START + 10 * MINUTE },
    { phase: 'active', at: START + 30 * MINUTE },
  ] as const;
  const severities = [{ severity: 'SEV-2', at: START }] as const;
  expect(
    timeBySeverity({ phases: [...phases], severities: [...severities] }, START + 35 * MINUTE),
  ).toEqual([{ severity: 'SEV-2', ms: 15 * MINUTE }]);
});

const payload = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    '</style><svg onload=alert(1)>',
    '<!--<img title="--><img src=x onerror=alert(1)>">',
    '[x](javascript:alert(1))',
    '![](https://evil.example/pixel)',
    '&lt;b&gt;',
    '[^1]: https://evil.example',
  ),
);

const TAGS =
  /^<(?:\/?(?:html|head|body|main|section|h[123]|p|ul|ol|li|table|thead|tbody|tr|th|td|bdi|strong|code|time|a|title|style)|!doctype html|html lang="(?:en|zh-CN)"|meta [^<>]*|p class="under"|li id="fact-\d+"|a class="cite" href="#fact-\d+"|time datetime="[\dTZ:.-]+")>$/;

test('M4 whatever stands in an exported file, it holds no tag, address or script but our own', () => {
  fc.assert(
    fc.property(payload, payload, payload, (title, text, cited) => {
      const document: PostMortemDocument = {
        language: 'en',
        title,
        status: 'draft',
        exportedAt: START,
        sections: [{ heading: title, text: `${text}\n\n- ${text} [fact:${id('fired')}]` }],
        evidence: new Map([[id('fired'), { id: id('fired'), at: START, text: cited }]]),
      };
      const html = postMortemHtml(document, (given) => given);
      for (const [tag] of html.matchAll(/<[^>]*>?/g)) expect(tag).toMatch(TAGS);
      const markdown = postMortemMarkdown(document, (given) => given);
      // Without its escapes nothing is left that begins markup of somebody else.
      const bare = markdown.replace(/\\[!-/:-@[-`{-~]/g, '').replace(/`[^`\n]*`/g, '');
      expect(bare).not.toMatch(/<|!\[|\]\(/);
    }),
    { numRuns: 2_000 },
  );
});

test('M4 the exported Markdown reads as the sections do, with its evidence as notes', () => {
  const text = draftPostMortem(input).find(({ section }) => section === 'summary')?.text ?? '';
  const markdown = postMortemMarkdown(
    {
      language: 'en',
      title: 'Checkout fails',
      status: 'final',
      exportedAt: START,
      sections: [{ heading: 'Summary', text }],
      evidence: new Map([
        [id('declared').slice(0, 12), { id: id('declared'), at: START, text: 'Declared' }],
      ]),
    },
    (given) => given,
  );
  expect(markdown).toContain('# Post-mortem: Checkout fails');
  expect(markdown).toContain(`[^1]: 2026-03-01 02:00:00 · Declared · \`${id('declared')}\``);
  expect(readBlocks(text).filter(({ kind }) => kind === 'item').length).toBe(
    markdown.split('\n').filter((line) => line.startsWith('- ')).length,
  );
});
