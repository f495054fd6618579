import type { CadenceReading } from '../../../shared/updates/cadence.ts';
import type { Translate } from '../../i18n/text.ts';
import { formatSpan } from '../../kit/format.ts';

/** `in 4 min`, `overdue by 3 min`. */
export function dueText({ dueAt }: CadenceReading, now: number, t: Translate): string {
  return now < dueAt
    ? t('updates.cadence.in', { span: formatSpan(dueAt - now, t) })
    : t('updates.cadence.overdue', { span: formatSpan(now - dueAt, t) });
}
