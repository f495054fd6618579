import type { FactKind } from '../../shared/facts/catalogue.ts';
import type { Translate } from '../i18n/text.ts';
import { joined, known, listOf, textOf, type EntryText } from './entry-fields.ts';

/**
 * The words of an entry about leading an incident: what was decided, asked, reported, learned.
 * @param other the title of the incident that it was tied to
 */
export function commandPartsOf(
  kind: FactKind,
  body: Readonly<Record<string, unknown>>,
  t: Translate,
  other?: string,
): Partial<EntryText> {
  const said = (name: string): string => textOf(body[name]);
  const word = (group: string, name: string): string =>
    said(name) === '' ? '' : known(t, `entry.${group}.${said(name)}`, said(name));
  switch (kind) {
    case 'incident.scope-changed':
      return {
        services: listOf(body['services']),
        text: joined(
          said('type') === '' ? '' : known(t, `incident.type.${said('type')}`, said('type')),
          said('impact'),
          isEmptyList(body['services']) ? t('entry.noServices') : '',
          listOf(body['units']).join(', '),
          said('reason'),
        ),
      };
    case 'incident.phase-changed':
      return { text: joined(word('phase', 'phase'), said('reason')) };
    case 'incident.marked-duplicate': {
      const tie = t(
        body['carries'] === true ? 'incident.tie.mergedInto' : 'incident.tie.duplicateOf',
      );
      return { text: joined(other === undefined ? tie : `${tie}: ${other}`, said('reason')) };
    }
    case 'incident.parent-changed':
      return { text: joined(other ?? t('entry.ofNone'), said('reason')) };
    case 'incident.role-assigned':
      return { text: joined(word('role', 'role'), said('person') || t('entry.nobody')) };
    case 'incident.team-formed':
      return { text: joined(said('team'), said('lead'), said('mission')) };
    case 'incident.team-dissolved':
      return { text: said('team') };
    case 'incident.channels-set':
      return { text: joined(said('bridge'), said('chat')) };
    case 'incident.command-offered':
      return { text: said('to') };
    case 'incident.command-answered':
      return {
        text: joined(
          t(body['accepted'] === true ? 'entry.accepted' : 'entry.declined'),
          said('reason'),
        ),
      };
    case 'incident.sized-up':
      return { text: joined(word('trend', 'trend'), said('symptoms'), said('scope')) };
    case 'incident.cadence-set':
      return {
        text: joined(
          word('audience', 'audience'),
          typeof body['everyMs'] === 'number' ? minutesOf(t, body['everyMs'] / 60_000) : '–',
        ),
      };
    case 'incident.signed-off':
      return { text: joined(said('remaining'), said('watch'), said('next')) };
    case 'incident.measure-set':
      return { services: listOf(body['service']), text: said('signal') };
    case 'incident.point-marked':
      return { text: joined(word('point', 'point'), said('reason')) };
    case 'task.assigned':
      return {
        subject: said('action'),
        text: joined(said('person'), minutesOf(t, body['minutes'])),
      };
    case 'task.extended':
      return { text: joined(minutesOf(t, body['minutes']), said('reason')) };
    case 'task.reassigned':
      return {
        text: joined(said('person'), minutesOf(t, body['minutes']), said('reason')),
      };
    case 'task.reported':
      return { text: said('text') };
    case 'task.done':
      return { text: said('result') };
    case 'task.dropped':
    case 'decision.withdrawn':
      return { text: said('reason') };
    case 'decision.proposed':
      return { subject: said('action'), text: joined(word('risk', 'risk'), said('danger')) };
    case 'decision.answered':
      return { text: joined(said('person'), word('objection', 'objection'), said('reason')) };
    case 'decision.taken':
      return {
        text: joined(
          body['proceed'] === true
            ? t('entry.proceed', { who: said('executor') })
            : t('entry.notProceeding'),
          said('reason'),
        ),
      };
    case 'decision.verified':
      return { text: joined(word('outcome', 'outcome'), said('text')) };
    case 'report.given':
      return {
        subject: said('from'),
        text: joined(said('condition'), said('actions'), said('needs')),
      };
    case 'hypothesis.stated':
      return { subject: said('text'), services: listOf(body['service']) };
    case 'hypothesis.supported':
      return {
        text: joined(t(body['supports'] === true ? 'entry.for' : 'entry.against'), said('text')),
      };
    case 'hypothesis.judged':
      return { text: joined(word('verdict', 'verdict'), said('reason')) };
    case 'update.published':
      return { subject: word('audience', 'audience'), text: said('text') };
    case 'update.delivered':
      return {
        text: joined(
          said('channel'),
          t(body['taken'] === true ? 'entry.delivered' : 'entry.notDelivered'),
          said('detail'),
        ),
      };
    case 'roll-call.started':
      return { text: t('entry.people', { count: countOf(body['expected']) }) };
    case 'roll-call.answered':
      return {
        text: joined(
          said('person'),
          t(body['present'] === true ? 'entry.present' : 'entry.absent'),
          said('comment'),
        ),
      };
    case 'contacts.imported':
      return {
        subject: said('origin'),
        text: t('entry.people', { count: countOf(body['contacts']) }),
      };
    case 'follow-up.opened':
      return { subject: said('text'), text: said('owner') };
    case 'follow-up.changed':
      return {
        text: joined(said('text'), said('owner'), word('followUp', 'state'), said('reason')),
      };
    case 'post-mortem.edited':
      return { text: word('section', 'section') };
    case 'post-mortem.status-changed':
      return { text: word('status', 'status') };
    case 'run.handed-over':
      return { text: joined(said('to'), said('comment')) };
    default:
      return {};
  }
}

function minutesOf(t: Translate, value: unknown): string {
  return typeof value === 'number' ? t('entry.minutes', { count: Math.round(value) }) : '';
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
