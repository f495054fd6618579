import { existsSync, readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRunbook } from '../parse.ts';
import { convertRunbook } from './convert.ts';

const WORKFLOW = `version: 1.0
description: Fails a database over.
vars:
  - host: db-1
surprise: 1
tasks:
  look:
    action: core.local cmd="pg_isready -h db"
    next:
      - when: <% succeeded() %>
        do: ask
      - when: <% failed() %>
        do: fail
  ask:
    action: core.ask
    input:
      schema:
        properties:
          lag: {type: number, description: "Replication lag in s?"}
          go: {type: boolean, description: "Fail over?"}
    next:
      - when: <% succeeded() %>
        do: one, two
      - when: <% failed() %>
        do: stop
  one:
    action: core.http url=https://api.example/drain method=POST
    delay: 30
    next: [{do: both}]
  two:
    action: core.noop
    next: [{do: both}]
  both:
    join: all
    action: core.noop
  stop:
    action: core.echo
    input: {message: "Ask: is this structure? yes → end"}
`;

const JOBS = `- name: Restart ledger
  description: "*Restarts* it"
  options:
    - {name: host, required: true}
    - {name: mode, enforced: true, values: [soft, hard]}
    - {name: key, secure: true}
  sequence:
    keepgoing: true
    commands:
      - description: Summary
        exec: systemctl restart ledger
        errorhandler: {script: "echo \`\`\`", keepgoingOnSuccess: true}
      - jobref: {group: ops, name: other}
- name: Restart ledger
  sequence: {commands: [{exec: uptime}]}
`;

const titles = (text: string) =>
  parseRunbook(text, { fileName: 'x.md' }).runbook.steps.map(({ id, kind, goTo }) => [
    id,
    kind,
    goTo,
  ]);

describe('Orquesta', () => {
  const { format, runbooks, problems } = convertRunbook(WORKFLOW, 'folder/fail-over.yaml');

  test('R6 tasks become steps, transitions questions, branches follow one another', () => {
    expect(format).toBe('orquesta');
    expect(runbooks).toHaveLength(1);
    const [book] = runbooks;
    expect(book?.fileName).toBe('fail-over.md');
    expect(book?.problems).toEqual([]);
    expect(titles(book?.text ?? '')).toEqual([
      ['look', 'ask', undefined],
      ['ask', 'ask', undefined],
      ['ask-q2', 'ask', undefined],
      ['one', 'wait', undefined],
      ['two', 'instruct', undefined],
      ['both', 'instruct', 'end'],
      ['stop', 'instruct', undefined],
    ]);
    const steps = parseRunbook(book?.text ?? '', { fileName: 'x.md' }).runbook.steps;
    expect(steps[0]?.ask?.answers).toEqual([
      { answer: 'succeeded', goTo: 'next' },
      { answer: 'failed', goTo: 'end' },
    ]);
    expect(steps[1]?.ask?.form).toBe('number');
    expect(steps[2]?.ask?.answers).toEqual([
      { answer: 'yes', goTo: 'next' },
      { answer: 'no', goTo: 'stop' },
    ]);
    expect(steps[3]?.request?.method).toBe('POST');
  });

  test('R6 what was not carried over is named by its line', () => {
    expect(problems.map(({ line, code }) => [line, code])).toEqual([
      [5, 'import'],
      [22, 'import'],
    ]);
  });
});

test('R6 Rundeck jobs: options are asked for, a handler is the way of a failed step', () => {
  const { format, runbooks, problems } = convertRunbook(JOBS, 'jobs.yaml');
  expect(format).toBe('rundeck');
  expect(runbooks.map(({ fileName }) => fileName)).toEqual([
    'restart-ledger.md',
    'restart-ledger-2.md',
  ]);
  expect(runbooks.flatMap((book) => book.problems)).toEqual([]);
  expect(titles(runbooks[0]?.text ?? '').map(([id, kind]) => [id, kind])).toEqual([
    ['option-host', 'ask'],
    ['option-mode', 'ask'],
    ['option-key', 'instruct'],
    ['summary', 'ask'],
    ['when-summary-fails', 'command'],
    ['step-2', 'instruct'],
  ]);
  expect(problems.map(({ line }) => line)).toEqual([6, 13]);
});

test.each([
  ['a: [1', 1],
  ['just: a map', 1],
  ['', 1],
])('R6 what is no runbook is refused with its line %#', (text, line) => {
  const { format, runbooks, problems } = convertRunbook(text, 'x.yaml');
  expect([format, runbooks.length, problems[0]?.line ?? line]).toEqual(['unknown', 0, line]);
});

test('R6 Markdown stays as it is', () => {
  const text = '# KubeDown\n\n## Meaning\n\nIt is down.\n\n## Mitigation\n\nStart it.\n';
  expect(convertRunbook(`\uFEFF${text.replaceAll('\n', '\r\n')}`, 'KubeDown.md')).toMatchObject({
    format: 'markdown',
    runbooks: [{ fileName: 'KubeDown.md', text, problems: [] }],
  });
});

const word = fc.oneof(
  fc.constantFrom(
    'next',
    'end',
    'fail',
    'Ask: x? y → z',
    '# h',
    '- Wait: 5m',
    '{#id}',
    'a;b → c',
    '```',
    '<b>',
    '> q',
    'Summary',
    '1. x',
    '&lt;',
    '| t |',
    '\u202E',
  ),
  fc.string({ maxLength: 12, unit: 'binary' }),
);
const workflow = fc.dictionary(
  word,
  fc.record(
    {
      action: fc.oneof(
        word,
        fc.constantFrom('core.local cmd="ls"', 'core.ask', 'core.http url=https://x.example/'),
      ),
      input: fc.oneof(
        fc.record({ cmd: word }),
        fc.record({
          schema: fc.record({
            properties: fc.dictionary(
              word,
              fc.record(
                { type: word, enum: fc.array(word, { maxLength: 3 }) },
                { requiredKeys: [] },
              ),
              { maxKeys: 3 },
            ),
          }),
        }),
      ),
      next: fc.array(
        fc.record(
          {
            when: fc.oneof(word, fc.constantFrom('<% succeeded() %>', '<% failed() %>')),
            do: fc.oneof(word, fc.array(word, { maxLength: 3 })),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
      join: word,
      delay: fc.oneof(word, fc.integer()),
      retry: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  { maxKeys: 6 },
);
const job = fc.record(
  {
    name: word,
    description: word,
    options: fc.array(
      fc.record(
        {
          name: word,
          enforced: fc.boolean(),
          values: fc.array(word, { maxLength: 3 }),
          secure: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
    sequence: fc.record({
      commands: fc.array(
        fc.record(
          {
            exec: word,
            script: word,
            description: word,
            type: word,
            configuration: fc.jsonValue(),
            errorhandler: fc.record({ exec: word }),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 4 },
      ),
    }),
  },
  { requiredKeys: ['sequence'] },
);

test('R6 whatever a workflow or a job says: what is imported reads without problems, and again the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        workflow.map((tasks) => ({ tasks })),
        job,
      ),
      (content) => {
        const { runbooks } = convertRunbook(JSON.stringify(content), 'x.json');
        for (const { fileName, text, problems } of runbooks) {
          expect(
            problems.filter(({ code }) => code !== 'no-steps' && code !== 'unreachable'),
          ).toEqual([]);
          const again = convertRunbook(text, fileName);
          expect(again.runbooks[0]?.text).toBe(text);
          expect(again.problems).toEqual([]);
        }
      },
    ),
    { numRuns: 600 },
  );
});

test('R6 any bytes under any name are read or refused, never thrown at', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom('a.md', 'b.yaml', 'c.yml', 'd.json', '../e', ''),
      (text, name) => {
        const once = convertRunbook(text, name);
        for (const book of once.runbooks) {
          expect(convertRunbook(book.text, book.fileName).runbooks[0]).toEqual(book);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

const FIXTURES = '../shared/fixtures/runbooks';
test.runIf(existsSync(FIXTURES))('R6 files of other projects are read', () => {
  const formats = new Map<string, number>();
  for (const name of readdirSync(FIXTURES)) {
    const { format, runbooks } = convertRunbook(readFileSync(`${FIXTURES}/${name}`, 'utf8'), name);
    formats.set(format, (formats.get(format) ?? 0) + 1);
    expect([name, runbooks.length, runbooks.flatMap(({ problems }) => problems)]).toEqual([
      name,
      1,
      [],
    ]);
  }
  expect(Object.fromEntries(formats)).toEqual({ markdown: 5, runme: 1, orquesta: 4 });
});
