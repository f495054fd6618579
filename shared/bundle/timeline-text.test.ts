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
        for (const fact of facts) {
          if (!isPeopleKind(fact.kind)) continue;
          expect(markdown, fact.kind).toContain(`\`${fact.id.slice(0, 12)}\``);
          expect(csv, fact.kind).toContain(fact.id);
        }
      },
    ),
    { numRuns: 200 },
  );
});
