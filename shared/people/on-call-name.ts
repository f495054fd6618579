/**
 * Who an event of an on-call calendar is about. Tools name it differently: `On Call - Ada Lovelace -
 * Payments primary`, `[L1] ada`, `Ada Lovelace (ada@example.org)`, or the attendee alone.
 * @returns null where nobody is named
 */
export function nameOf(
  summary: string,
  attendee: string,
  calendar: string,
): { readonly person: string; readonly team: string; readonly mail: string } | null {
  const [, called = '', schedule = ''] =
    /^on[- ]?call\s*[-–—:]\s*(.*?)(?:\s+[-–—]\s+(.*))?$/i.exec(summary) ?? [];
  const text = (called || summary).replace(/^\[L\d+\]\s*/i, '').trim();
  const [, name = text, mail = ''] = /^(.*?)\s*[(<]([^\s()<>@]+@[^\s()<>@]+)[)>]$/.exec(text) ?? [];
  const person = name.trim() || attendee || mail;
  return person === '' ? null : { person, team: schedule.trim() || calendar, mail };
}
