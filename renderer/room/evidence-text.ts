import type { FactKind } from '../../shared/facts/catalogue.ts';
import type { Translate } from '../i18n/text.ts';
import { formatBytes, formatMoment } from '../kit/format.ts';
import { joined, known, numberOf, textOf, type EntryText } from './entry-fields.ts';

/** The words of an entry about evidence: what was attached, said of an entry, or taken over. */
export function evidencePartsOf(
  kind: FactKind,
  body: Readonly<Record<string, unknown>>,
  currentText: string | null,
  t: Translate,
): Partial<EntryText> {
  const said = (name: string): string => textOf(body[name]);
  switch (kind) {
    case 'attachment.added':
      return {
        subject: said('name'),
        text: joined(said('caption'), formatBytes(numberOf(body['size']))),
      };
    case 'attachment.withdrawn':
    case 'import.withdrawn':
      return { text: said('reason') };
    case 'comment.written':
      return { text: said('text') };
    case 'import.kept':
      return {
        subject: said('name'),
        text: joined(
          known(t, `imports.kind.${said('kind')}`, said('kind')),
          t('imports.lines', { count: numberOf(body['lines']) }),
        ),
      };
    case 'note.imported':
      return {
        text: currentText ?? said('text'),
        // Who said it there, in front of what was said: the list has no room for it elsewhere.
        ...(said('who') !== '' && { subject: said('who'), who: said('who') }),
      };
    case 'note.moved': {
      const from = numberOf(body['from']);
      const to = numberOf(body['to']);
      const places = `${formatMoment(from, to)} → ${formatMoment(to, from)}`;
      return { text: joined(places, said('reason')) };
    }
    default:
      return {};
  }
}
