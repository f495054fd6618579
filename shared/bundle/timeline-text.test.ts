import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPeopleKind } from '../facts/catalogue.ts';
import { factSet } from '../testing/arbitrary-facts.ts';
import { timelineCsv, timelineMarkdown } from './timeline-text.ts';

const options = { title: 'Payments fail', exportedAt: 1_760_000_000_000 };

test('the exported text has a line for everything that people did, in both languages', () => {
  fc.assert(
    fc.property(
      factSet({ maxLength: 20 }),
      fc.constantFrom('en' as const, 'zh-CN' as const),
      (facts, language) => {
        const markdown = timelineMarkdown(facts, { ...options, language });
        const csv = timelineCsv(facts, { ...options, language });
        const withdrawn = new Set(
          facts.flatMap(({ kind, thing }) => (kind === 'import.withdrawn' ? [thing] : [])),
        );
        const standing = facts.filter(
          ({ kind, body }) => kind === 'note.imported' && !withdrawn.has(String(body['import'])),
        );
        for (const { thing } of standing) {
          // Whoever brought it: a line that an import which stands brought is there once.
          const ofLine = standing.filter((other) => other.thing === thing);
          const ids = new Set(ofLine.map(({ id }) => id));
          expect([...ids].filter((id) => csv.includes(id))).toHaveLength(1);
        }
        for (const fact of facts) {
          if (!isPeopleKind(fact.kind) || fact.kind === 'note.imported') continue;
          expect(markdown, fact.kind).toContain(`\`${fact.id.slice(0, 12)}\``);
          expect(csv, fact.kind).toContain(fact.id);
        }
      },
    ),
    { numRuns: 200 },
  );
});
