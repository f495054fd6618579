import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { branchOf, conditionOf, isAnswer } from './branches.ts';
import type { RunbookAsk } from './format.ts';
import { nextStep, type RecordedOutcome } from './next-step.ts';
import { fillParameters } from './parameters.ts';
import { parseRunbook } from './parse.ts';
import { isOutOfTurn, skippedSteps } from './run-end.ts';

const parse = (text: string) => parseRunbook(text, { fileName: 'book.md' });
const first = (text: string) => parse(text).runbook.steps[0];
const problems = (text: string) => parse(text).problems.map(({ line, code }) => [line, code]);

describe('kinds of steps', () => {
  test('R1 an approval, a record and an action are read with what they need', () => {
    const { runbook, problems: found } = parse(`## Which node
Ask (text): Which node?
## Agree
Approve: database lead
## Restart
\`\`\`action
entry: restart-service
# the node of the question above
host: {{which-node}}
count: 2
automatic: true
\`\`\`
Wait: 30s
## Write
记录：which nodes were restarted
## Ask the API
\`\`\`http
POST https://api.example/drain HTTP/1.1
Content-Type: application/json

{"cell": "c1"}
\`\`\`
`);
    expect(found).toEqual([]);
    expect(runbook.steps.map(({ kind }) => kind)).toEqual([
      'ask',
      'approve',
      'action',
      'note',
      'http',
    ]);
    expect(runbook.steps[1]?.approve).toBe('database lead');
    expect(runbook.steps[2]?.action).toEqual({
      entry: 'restart-service',
      parameters: [
        { name: 'host', value: '{{which-node}}' },
        { name: 'count', value: '2' },
      ],
      automatic: true,
    });
    expect(runbook.steps[3]?.record).toBe('which nodes were restarted');
    expect(runbook.steps[4]?.request).toEqual({
      method: 'POST',
      url: 'https://api.example/drain',
      headers: [{ name: 'Content-Type', value: 'application/json' }],
      body: '{"cell": "c1"}',
    });
  });

  test.each([
    ['## a\nApprove:\n', [[2, 'approve']]],
    ['## a\nRecord: x\nRecord: y\n', [[3, 'repeated']]],
    ['## a\n```action\nhost: db\n```\n', [[3, 'action']]],
    [
      '## a\n```action\nentry: x\nno line\nhost: a\nhost: b\nautomatic: perhaps\n```\n',
      [
        [4, 'action'],
        [6, 'action'],
        [7, 'action'],
      ],
    ],
    ['## a\n```action\nentry: x\nhost: {{nobody}}\n```\n', [[1, 'action']]],
    ['## a\n```http\nGET javascript:alert(1)\n```\n', [[3, 'http']]],
    ['## a\n```http\nGET https://a.example/\nno header\n```\n', [[4, 'http']]],
    ['## a\n```sh {nonsense}\nls\n```\n', [[2, 'fence']]],
    ['## a\nAsk (mood): Well? yes → end\n', [[2, 'ask']]],
    ['## a\nAsk (number): How many? few → end; else → next\n', [[2, 'ask']]],
  ])('R1 what is wrong in them is named by its line %#', (text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  test('R1 the attributes of a notebook’s blocks are read in both ways of writing them', () => {
    const step = first(
      '## a\n```sh {"name":"list","id":"01H"}\n$ ls\n```\n```sh { name=show interactive=false }\ncat x\n```\n',
    );
    expect(step?.commands.map(({ name, text }) => [name, text])).toEqual([
      ['list', 'ls'],
      ['show', 'cat x'],
    ]);
  });

  test('R4 an action’s parameters take answers as text and say which are missing', () => {
    const action = { parameters: [{ name: 'host', value: 'db-{{ which }}.{{zone}}' }] };
    expect(fillParameters(action, new Map([['which', '$(reboot) {{zone}}']]))).toEqual({
      parameters: [{ name: 'host', value: 'db-$(reboot) {{zone}}.{{zone}}' }],
      missing: ['zone'],
    });
  });
});

describe('typed answers', () => {
  const shards: RunbookAsk = {
    question: 'How many?',
    form: 'number',
    answers: [
      { answer: '0', goTo: 'end' },
      { answer: '1..3', goTo: 'look' },
      { answer: '>= 10', goTo: 'fail-over' },
    ],
  };

  test.each([
    ['0', 'end'],
    ['2.5', 'look'],
    [' 12 % ', 'fail-over'],
    ['7', 'next'],
    ['many', null],
    ['', null],
  ])('R8 %j leads to %j', (answer, goTo) => {
    expect(branchOf(shards, answer, undefined)).toBe(goTo);
  });

  test('R8 a text leads on, by the answer that it is, or by “else”', () => {
    const ask = first('## a\nAsk (text): Which host? db-1 → b; else → end\n## b\n')?.ask;
    expect(ask?.form).toBe('text');
    expect(
      ask && [branchOf(ask, ' DB-1 ', 'x'), branchOf(ask, 'db-2', 'x'), branchOf(ask, ' ', 'x')],
    ).toEqual(['b', 'end', null]);
  });

  test('R8 yes and no need no targets', () => {
    expect(first('## a\nAsk (yes/no): Up?\n')?.ask).toEqual({
      question: 'Up?',
      form: 'yes-no',
      answers: [
        { answer: 'yes', goTo: 'next' },
        { answer: 'no', goTo: 'next' },
      ],
    });
    expect(first('## a\n提问（是否）：恢复了吗？\n')?.ask?.answers[0]?.answer).toBe('是');
  });

  test('R8 the first condition that holds decides, and only a number is an answer', () => {
    const condition = fc.oneof(
      fc
        .tuple(fc.constantFrom('<', '<=', '>', '>=', '=', ''), fc.integer({ min: -9, max: 9 }))
        .map(([sign, limit]) => `${sign} ${String(limit)}`),
      fc
        .tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }))
        .map(([from, to]) => `${String(from)}..${String(to)}`),
      fc.constant('else'),
    );
    fc.assert(
      fc.property(
        fc.array(condition, { maxLength: 6 }),
        fc.oneof(fc.integer({ min: -12, max: 12 }).map(String), fc.string()),
        (conditions, answer) => {
          const ask: RunbookAsk = {
            question: 'n?',
            form: 'number',
            answers: conditions.map((text, index) => ({ answer: text, goTo: `s${String(index)}` })),
          };
          const found = branchOf(ask, answer, 'own');
          if (!isAnswer(ask, answer)) {
            expect(found).toBe(null);
            return;
          }
          const value = Number(answer.trim().replace(/\s*%$/, ''));
          const index = conditions.findIndex((text) => conditionOf(text)?.(value));
          expect(found).toBe(index < 0 ? 'own' : `s${String(index)}`);
        },
      ),
    );
  });
});

describe('turns and ends', () => {
  const { runbook } = parse('## a\n## b\nAsk: Well? yes → d; no → c\n## c\n## d\n## e\n');
  const at = (outcomes: RecordedOutcome[]) => nextStep(runbook, outcomes, { startedAt: 0, now: 0 });

  test('R5 only the current step is in its turn', () => {
    const position = at([{ stepId: 'a', outcome: 'done', at: 1 }]);
    expect(
      runbook.steps.filter(({ id }) => !isOutOfTurn(position, id)).map(({ id }) => id),
    ).toEqual(['b']);
  });

  test('R5 what was skipped, failed or not done is named; what the branch leads past is not', () => {
    const position = at([
      { stepId: 'a', outcome: 'skipped', at: 1 },
      { stepId: 'b', outcome: 'answered', answer: 'yes', at: 2 },
      { stepId: 'd', outcome: 'failed', at: 3 },
    ]);
    expect(skippedSteps(runbook, position).map(({ stepId, why }) => [stepId, why])).toEqual([
      ['a', 'skipped'],
      ['d', 'failed'],
      ['e', 'not-done'],
    ]);
  });

  test('R5 a run whose every step on the way was recorded leaves nothing out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('done', 'skipped', 'failed'), { maxLength: 30 }),
        fc.constantFrom('yes', 'no'),
        (kinds, answer) => {
          const outcomes: RecordedOutcome[] = [];
          for (const [index, outcome] of kinds.entries()) {
            const { current } = at(outcomes);
            if (current === null) break;
            outcomes.push(
              current === 'b'
                ? { stepId: 'b', outcome: 'answered', answer, at: index }
                : { stepId: current, outcome, at: index },
            );
          }
          const position = at(outcomes);
          const left = skippedSteps(runbook, position);
          const last = new Map(outcomes.map((one) => [one.stepId, one.outcome]));
          for (const { stepId, why } of left) {
            expect(why).toBe(why === 'not-done' ? 'not-done' : last.get(stepId));
          }
          if (position.finished) expect(left.every(({ why }) => why === 'skipped')).toBe(true);
        },
      ),
    );
  });
});
