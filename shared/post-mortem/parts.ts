import type { DecisionRow, FollowUpRow, IncidentRow, RunRow } from '../ipc/rows.ts';
import { isOverdue } from './across.ts';
import { cite, escaped } from './blocks.ts';
import type { SimilarIncident } from './similar.ts';
import { utcText } from './spans.ts';
import { postMortemWords, worded, type PostMortemWord } from './words.ts';

/** What a post-mortem tells as it stands now, so that nobody has to copy it into a text. */
export interface PartsInput {
  readonly language: 'en' | 'zh-CN';
  readonly followUps: readonly FollowUpRow[];
  readonly decisions: readonly DecisionRow[];
  readonly runs: readonly RunRow[];
  readonly similar: readonly SimilarIncident[];
  readonly incidents: ReadonlyMap<string, Pick<IncidentRow, 'title' | 'severity' | 'declaredAt'>>;
  readonly now: number;
}

/** The parts as sections of Markdown, for a file. */
export function partsOf(
  input: PartsInput,
): readonly { readonly heading: string; readonly text: string }[] {
  const words = postMortemWords[input.language];
  const say = (word: PostMortemWord, places = {}): string => worded(words, word, places);
  const orNone = (lines: readonly string[]): string =>
    lines.length === 0 ? say('none') : lines.join('\n');
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const actions = input.followUps.map(({ text, owner, dueAt, state, ...rest }) =>
    row([
      escaped(text),
      owner === '' ? say('nobody') : escaped(owner),
      dueAt === null ? '' : utcText(dueAt).slice(0, 10),
      say(`state.${state}`) +
        (isOverdue({ dueAt, state, ...rest }, input.now) ? `${say('comma')}${say('overdue')}` : ''),
    ]),
  );
  return [
    {
      heading: say('actions'),
      text: orNone(
        actions.length === 0
          ? []
          : [
              row([say('what'), say('owner'), say('due'), say('state')]),
              row(['---', '---', '---', '---']),
              ...actions,
            ],
      ),
    },
    {
      heading: say('decisions'),
      text: orNone(
        input.decisions.map(
          ({ action, status, reason, takenAt }) =>
            `- ${takenAt === null ? '' : `${utcText(takenAt)} · `}${escaped(action)} · ${say(`decision.${status}`)}${reason === '' ? '' : ` · ${escaped(reason)}`}`,
        ),
      ),
    },
    {
      heading: say('runbooks'),
      text: orNone(
        input.runs.map(({ title, status, steps, startedAt }) => {
          const skipped = steps.filter(({ outcome }) => outcome === 'skipped').length;
          const done = say('steps', { done: steps.length - skipped, skipped });
          const shown = steps[0] === undefined ? '' : ` ${cite(steps[0].factId)}`;
          return `- ${utcText(startedAt)} · ${escaped(title)} · ${say(`run.${status}`)} · ${done}${shown}`;
        }),
      ),
    },
    {
      heading: say('similar'),
      text: orNone(
        input.similar.flatMap(({ key, services, words: common }) => {
          const other = input.incidents.get(key);
          if (other === undefined) return [];
          const shared = [...services, ...common].map(escaped).join(say('comma'));
          return [
            `- ${other.severity} ${escaped(other.title)} · ${utcText(other.declaredAt)} · ${shared}`,
          ];
        }),
      ),
    },
  ];
}
