import { readFileSync, readdirSync, existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RUNBOOK_LIMIT_BYTES, inlineText, runbookSchema, type Block } from './format.ts';
import { readDuration } from './duration.ts';
import { parseRunbook } from './parse.ts';

const parse = (text: string, fileName = 'book.md') => parseRunbook(text, { fileName });

const codes = (text: string) => parse(text).problems.map((problem) => [problem.line, problem.code]);

describe('the whole format', () => {
  const text = `---
id: db-failover
title: Primary failover
alerts: [DatabaseDown, DatabaseSlow]
services: payments-db
severity: SEV-1
version: 1.10.0
last-rehearsed: 2026-02-03
roles:
  - incident commander
---

# Ignored, the front matter has a title

Read this **first**.

## Confirm {#confirm}

Look at \`pg\` and the [board](https://board.example/d/1).

\`\`\`console
$ patronictl list
+ cluster
$ pg_isready \\
    -h db
ready
\`\`\`

- Expect: one **leader**
- a normal item
- Ask: Is the leader there? yes → [watch](#watch-it-hold); no -> end.

## Watch it hold

**Wait:** 1h 30m for the lag
Then: confirm
`;
  const { runbook, problems } = parse(text);

  test('R1 is read into a runbook', () => {
    expect(problems).toEqual([]);
    expect(runbook).toMatchObject({
      id: 'db-failover',
      title: 'Primary failover',
      alerts: ['DatabaseDown', 'DatabaseSlow'],
      services: ['payments-db'],
      severity: 'SEV-1',
      version: '1.10.0',
      lastRehearsed: '2026-02-03',
      roles: ['incident commander'],
    });
    expect(runbook.steps.map(({ id, kind, line }) => [id, kind, line])).toEqual([
      ['confirm', 'ask', 17],
      ['watch-it-hold', 'wait', 33],
    ]);
  });

  test('R1 a step has its commands, links, expectation and question apart from its text', () => {
    const [confirm, watch] = runbook.steps;
    expect(confirm?.commands).toEqual([
      { language: 'console', text: 'patronictl list\npg_isready \\\n    -h db' },
    ]);
    expect(confirm?.links).toEqual([{ label: 'board', url: 'https://board.example/d/1' }]);
    expect(confirm?.expect).toBe('one leader');
    expect(confirm?.ask).toEqual({
      question: 'Is the leader there?',
      answers: [
        { answer: 'yes', goTo: 'watch-it-hold' },
        { answer: 'no', goTo: 'end' },
      ],
    });
    expect(confirm?.body.map((block) => block.type)).toEqual(['paragraph', 'code', 'list']);
    expect(confirm?.body[1]).toMatchObject({ type: 'code', command: 0 });
    expect(watch?.waitMs).toBe(5_400_000);
    expect(watch?.goTo).toBe('confirm');
  });
});

describe('what is wrong is named by its line', () => {
  test.each([
    ['---\ntitle: x\nseverty: 1\n---\n## a\n', [[3, 'front-matter-key']]],
    ['---\nid: a\nid: b\n---\n## a\n', [[3, 'front-matter']]],
    [
      '---\nlast-rehearsed: 2026-02-30\nalerts: {a: 1}\n---\n## a\n',
      [
        [2, 'front-matter-value'],
        [3, 'front-matter-value'],
      ],
    ],
    ['## a\n\ntext\nAsk: Well? yes → nowhere\n', [[4, 'target']]],
    ['## a\n\n- Wait: a while\n', [[3, 'wait']]],
    ['## a\n\n- Wait: 5 months\n', [[3, 'wait']]],
    ['## a\n\n- Wait: 48h\n', [[3, 'wait']]],
    ['## a\n\nAsk: Is it up?\n', [[3, 'ask']]],
    ['## a\n\nAsk: Up? yes → next; yes → end\n', [[3, 'ask']]],
    ['## a {#one}\n## b {#one}\n', [[2, 'duplicate-step']]],
    ['## a {#end}\n', [[1, 'step-id']]],
    ['## a {#Not_One}\n', [[1, 'step-id']]],
    ['## a\nThen: c\n## b\n## c\n', [[3, 'unreachable']]],
    ['## a\nWait: 1m\nWait: 2m\n', [[3, 'repeated']]],
    ['', [[1, 'no-steps']]],
    [`## a\n${'x'.repeat(RUNBOOK_LIMIT_BYTES)}`, [[1, 'too-large']]],
    [`## a\n\n${'中'.repeat(RUNBOOK_LIMIT_BYTES / 3)}`, [[1, 'too-large']]],
    [`## a\n\n${'*a_ '.repeat(50_000)}`, [[3, 'too-complex']]],
    [`## a\n\n${'> '.repeat(500)}x`, [[3, 'too-complex']]],
  ])('R1 %#', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  test('R1 the line is right below front matter, with CRLF and with a byte-order mark', () => {
    const text = '\ufeff---\r\ntitle: x\r\n---\r\n\r\n## a\r\n\r\nWait: soon\r\n';
    expect(codes(text)).toEqual([[7, 'wait']]);
  });

  test('R1 a target that is not there is replaced, so that a run can go on', () => {
    const { runbook } = parse('## a\nAsk: Well? yes → nowhere; no → end\n## b\n');
    expect(runbook.steps[0]?.ask?.answers.map(({ goTo }) => goTo)).toEqual(['next', 'end']);
  });

  test('R1 what could not be read as structure stays readable as text', () => {
    const { runbook } = parse('## a\n\nWait: a while\n');
    expect(runbook.steps[0]?.body).toEqual([
      { type: 'paragraph', children: [{ type: 'text', text: 'Wait: a while' }] },
    ]);
  });
});

describe('nothing in a file can become more than text', () => {
  test.each([
    ['<script>alert(1)</script>', '<script>alert(1)</script>'],
    ['a <img src=x onerror=alert(1)> b', 'a <img src=x onerror=alert(1)> b'],
    ['[x](javascript:alert(1))', 'x'],
    ['[x](JaVaScRiPt:alert(1))', 'x'],
    ['[x](data:text/html,1)', 'x'],
    ['[x](file:///etc/passwd)', 'x'],
    ['[x](//host/path)', 'x'],
    ['[x](&#106;avascript:alert(1))', 'x'],
    ['![x](vbscript:1)', 'x'],
    ['[x][y]\n\n[y]: javascript:alert(1)', 'x'],
    ['<javascript:alert(1)>', 'javascript:alert(1)'],
  ])('R1 %s', (markdown, visible) => {
    const { runbook } = parse(`## a\n\n${markdown}\n`);
    expect(runbook.steps[0]?.links).toEqual([]);
    expect(runbook.steps[0]?.body).toEqual([
      { type: 'paragraph', children: [{ type: 'text', text: visible }] },
    ]);
  });

  test('R4 https, http and mailto are links, an image is a link to it', () => {
    const { runbook } = parse(
      '## a\n\n[a](https://a.example) [b](http://b.example/x "t") <mailto:c@d.example> ![e](https://e.example/i.png)\n',
    );
    expect(runbook.steps[0]?.links).toEqual([
      { label: 'a', url: 'https://a.example' },
      { label: 'b', url: 'http://b.example/x' },
      { label: 'mailto:c@d.example', url: 'mailto:c@d.example' },
      { label: 'e', url: 'https://e.example/i.png' },
    ]);
  });
});

describe('files that were not written for us', () => {
  test('R1 Meaning and Impact are read first, ### below Diagnosis are steps', () => {
    const { runbook, problems } = parse(
      '# KubeThingDown\n\n## Meaning\n\nm\n\n## Impact\n\ni\n\n## Diagnosis\n\nlook\n\n### Disk\n\nd\n\n#### More\n\n### CPU\n\n## Mitigation\n\nfix\n',
      'KubeThingDown.md',
    );
    expect(problems).toEqual([]);
    expect(runbook.alerts).toEqual(['KubeThingDown']);
    expect(runbook.steps.map(({ id }) => id)).toEqual(['diagnosis', 'disk', 'cpu', 'mitigation']);
    expect(runbook.intro.map((block) => block.type)).toEqual([
      'heading',
      'paragraph',
      'heading',
      'paragraph',
    ]);
  });

  test('R1 without any ## the whole file is one step', () => {
    const { runbook } = parse('# Restart it\n\nTurn it off and on.\n', 'restart-it.md');
    expect(runbook.steps.map(({ id, title }) => [id, title])).toEqual([['read', 'Restart it']]);
    expect(runbook.alerts).toEqual([]);
  });

  test('R1 answers as a list below the question, in Chinese too', () => {
    const { runbook, problems } = parse(
      '## 检查连接池\n\n- 提问：是否已满？\n  - 是 → 回滚\n  - 否 → 结束\n- 预期：低于 80 %\n\n## 回滚\n\n等待：5分钟\n',
    );
    expect(problems).toEqual([]);
    expect(runbook.steps[0]).toMatchObject({
      id: '检查连接池',
      expect: '低于 80 %',
      ask: {
        question: '是否已满？',
        answers: [
          { answer: '是', goTo: '回滚' },
          { answer: '否', goTo: 'end' },
        ],
      },
    });
    expect(runbook.steps[1]?.waitMs).toBe(300_000);
  });

  test('R1 samples of published runbooks give steps without a problem', () => {
    const folder = new URL('../../../shared/fixtures/runbooks/', import.meta.url);
    if (!existsSync(folder)) return;
    for (const fileName of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
      const { runbook, problems } = parse(
        readFileSync(new URL(fileName, folder), 'utf8'),
        fileName,
      );
      expect(problems).toEqual([]);
      expect(runbook.steps.length).toBeGreaterThan(1);
    }
  });
});

test.each([
  ['30s', 30_000, ''],
  ['5m', 300_000, ''],
  ['1.5h', 5_400_000, ''],
  ['10 minutes, then look', 600_000, ', then look'],
  ['1h30m', 5_400_000, ''],
])('R1 the duration %s', (text, durationMs, rest) => {
  expect(readDuration(text)).toEqual({ durationMs, rest });
});

const fragment = fc.oneof(
  fc.constantFrom(
    '---\n',
    '# T\n',
    '## a\n',
    '## a {#b}\n',
    '### c\n',
    '## Steps\n',
    '## Diagnosis\n',
    'Ask: Up? yes → a; no → c\n',
    '- Ask: Up?\n  - yes → b\n  - no → end\n',
    'Wait: 5m\n',
    'Wait: x\n',
    '**Expect:** fine\n',
    'Then: b\n',
    '```sh\n$ ls\n',
    '```\n',
    '> quote\n',
    '- item\n',
    '<b>x</b>\n',
    '[l](https://x.example)\n',
    'alerts: [a]\n',
    'id: &a *a\n',
    '\n',
    '\r\n',
    '\u0000',
    '\ud800',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

test('R1 parsing is total: any text gives a valid runbook whose targets all exist', () => {
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 40 }), fc.string(), (parts, fileName) => {
      const text = parts.join('');
      const { runbook, problems } = parseRunbook(text, { fileName });
      const copy: unknown = JSON.parse(JSON.stringify(runbook));
      expect(runbookSchema.parse(copy)).toEqual(copy);
      const ids = runbook.steps.map((step) => step.id);
      expect(new Set(ids).size).toBe(ids.length);
      const targets = new Set([...ids, 'next', 'end']);
      for (const step of runbook.steps) {
        for (const answer of step.ask?.answers ?? []) expect(targets).toContain(answer.goTo);
        if (step.goTo !== undefined) expect(targets).toContain(step.goTo);
        expect(step.body.every(commandsExist(step.commands.length))).toBe(true);
      }
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const problem of problems) {
        expect(problem.line).toBeGreaterThanOrEqual(1);
        expect(problem.line).toBeLessThanOrEqual(Math.max(1, lines));
      }
    }),
    { numRuns: 500 },
  );
});

test('R1 the text of a plain paragraph is kept letter by letter', () => {
  const word = fc.stringMatching(/^[a-z0-9 ,;%/]{1,40}$/).map((text) => text.trim());
  fc.assert(
    fc.property(word, (text) => {
      fc.pre(text !== '' && !/^(?:\d+$| )/.test(text));
      const [block] = parse(`## a\n\nx${text}\n`).runbook.steps[0]?.body ?? [];
      expect(block?.type === 'paragraph' ? inlineText(block.children) : null).toBe(`x${text}`);
    }),
  );
});

function commandsExist(count: number): (block: Block) => boolean {
  return (block) => {
    switch (block.type) {
      case 'code':
        return block.command === undefined || block.command < count;
      case 'list':
        return block.items.every((item) => item.every(commandsExist(count)));
      case 'quote':
        return block.children.every(commandsExist(count));
      default:
        return true;
    }
  };
}
