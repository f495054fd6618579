import type { FactKind } from '../../shared/facts/catalogue.ts';
import type { Translate } from '../i18n/text.ts';
import { joined, known, textOf, type EntryText } from './entry-fields.ts';

/** The words of an entry about an action of the signed catalogue. */
export function executionPartsOf(
  kind: FactKind,
  body: Readonly<Record<string, unknown>>,
  t: Translate,
): Partial<EntryText> {
  const subject = textOf(
    kind === 'execution.proposed' ? fieldOf(body, 'plan', 'title') : body['title'],
  );
  const result = known(
    t,
    `entry.callOutcome.${textOf(fieldOf(body, 'result', 'outcome'))}`,
    textOf(fieldOf(body, 'result', 'outcome')),
  );
  const code = fieldOf(body, 'result', 'code');
  const ending = joined(result, typeof code === 'number' ? String(code) : '');
  switch (kind) {
    case 'execution.proposed':
      return { subject, text: body['automatic'] === true ? t('entry.automatic') : '' };
    case 'execution.rehearsed':
    case 'execution.ended':
      return { subject, text: joined(ending, textOf(fieldOf(body, 'result', 'reason'))) };
    case 'execution.verified':
      return {
        subject,
        text: joined(t(body['passed'] === true ? 'entry.worked' : 'entry.workedNot'), ending),
      };
    case 'execution.withdrawn':
      return { subject, text: textOf(body['reason']) };
    default:
      return { subject, text: textOf(body['digest']).slice(0, 8) };
  }
}

function fieldOf(body: Readonly<Record<string, unknown>>, outer: string, inner: string): unknown {
  const value = body[outer];
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[inner]
    : undefined;
}
