import { expect, test } from 'vitest';
import { PEOPLE, sealFact } from '../facts/fact.ts';
import { buildBundle, manifestSchema, readBundle } from './bundle.ts';

const T0 = 1_760_000_040_000;

function noteAt(at: number, counter: number): ReturnType<typeof sealFact> {
  return sealFact({
    kind: 'note.written',
    v: 1,
    thing: `note:${counter}`,
    at,
    heardAt: T0,
    source: PEOPLE,
    author: { person: 'maya', replica: 'r', counter, hlc: '0000000000000' },
    body: { text: 'x' },
  });
}

test('T3, B1 a bundle’s extent rests on times that are believed, and it knows its own now', () => {
  const files = buildBundle({
    title: 't',
    incident: null,
    exportedAt: T0 + 5,
    now: T0 + 3,
    exportedBy: 'maya',
    facts: [noteAt(T0 - 1_000, 1), noteAt(T0 + 48 * 3_600_000, 2)],
    texts: [],
  });
  const manifest = manifestSchema.parse(JSON.parse(String(files.get('manifest.json'))));
  expect(manifest).toMatchObject({ from: T0 - 1_000, to: T0, now: T0 + 3, exportedAt: T0 + 5 });
  expect(readBundle(files).ok).toBe(true);
});
