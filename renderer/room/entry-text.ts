import type { FactKind } from '../../shared/facts/catalogue.ts';
import { isKnownKind } from '../../shared/facts/catalogue.ts';
import type { TimelineEntry } from '../../shared/ipc/contract.ts';
import type { Translate } from '../i18n/text.ts';
import { formatSpan } from '../kit/format.ts';
import type { IconName } from '../kit/icons.tsx';
import { commandPartsOf } from './command-text.ts';
import { executionPartsOf } from './execution-text.ts';
import { evidencePartsOf } from './evidence-text.ts';
import { joined, known, listOf, numberOf, textOf, type EntryText } from './entry-fields.ts';

/** What a line of the timeline says, in words of the reader's language. Pure. */

export type EntryTone = 'critical' | 'warning' | 'info' | 'people' | 'change' | 'plain';

/** What the entry's own body does not say: the names of the things that it speaks of. */
export interface KnownNames {
  readonly alert?: { readonly name: string; readonly service: string | null } | undefined;
  readonly incident?: { readonly title: string } | undefined;
  readonly run?: { readonly title: string } | undefined;
  /** The incident that this one was tied to. */
  readonly other?: { readonly title: string } | undefined;
  /** What else it is about: a task's action, a decision's, a hypothesis' text, whose report, … */
  readonly about?: string | undefined;
}

type Entry = Pick<
  TimelineEntry,
  'kind' | 'thing' | 'at' | 'source' | 'author' | 'body' | 'currentText'
>;

export function entryText(entry: Entry, t: Translate, names: KnownNames = {}): EntryText {
  const base = {
    subject: null,
    text: '',
    services: [],
    who: entry.author?.person ?? entry.source,
  };
  const { kind } = entry;
  if (!isKnownKind(kind)) {
    return {
      ...base,
      kind: t('timeline.kind.unknown'),
      text: t('timeline.text.unknown', { kind }),
    };
  }
  return { ...base, kind: t(`timeline.kind.${kind}`), ...partsOf(kind, entry, t, names) };
}

function partsOf(
  kind: FactKind,
  entry: Entry,
  t: Translate,
  names: KnownNames,
): Partial<EntryText> {
  const { body } = entry;
  const said = (name: string): string => textOf(body[name]);
  const comment = said('comment');
  const onAlert: Partial<EntryText> = {
    subject: names.alert?.name ?? null,
    services: names.alert?.service ? [names.alert.service] : [],
    text: comment,
  };
  const onIncident = { subject: names.incident?.title ?? null };
  const onRun = { subject: names.run?.title ?? null };
  switch (kind) {
    case 'alert.fired':
      return { subject: said('name'), services: listOf(body['service']), text: summaryOf(body) };
    case 'alert.resolved': {
      const lastedMs = numberOf(body['endsAt']) - numberOf(body['startsAt']);
      return {
        subject: said('name'),
        services: listOf(body['service']),
        text: lastedMs > 0 ? t('timeline.text.lasted', { span: formatSpan(lastedMs, t) }) : '',
      };
    }
    case 'alert.acknowledged':
    case 'alert.unacknowledged':
      return onAlert;
    case 'node.declared':
    case 'node.retired':
    case 'node.unlisted':
      return { subject: said('name'), services: listOf(body['name']) };
    case 'edge.declared':
    case 'edge.retired':
    case 'edge.unlisted':
      return { text: t('timeline.text.edge', { from: said('from'), to: said('to') }) };
    case 'change.reported': {
      const what = known(t, `timeline.change.${said('kind')}`, said('kind'));
      const status = known(t, `timeline.changeStatus.${said('status')}`, said('status'));
      const by = said('by');
      return {
        subject: said('title'),
        text: [t('timeline.text.change', { what, status }), by && t('timeline.text.by', { by })]
          .filter(Boolean)
          .join(t('timeline.text.comma')),
        services: listOf(body['services']),
      };
    }
    case 'source.heard':
      return { subject: entry.source };
    case 'source.problem':
      return {
        subject: entry.source,
        text: t('timeline.text.problem', { place: said('place'), reason: said('reason') }),
      };
    case 'incident.declared':
      return {
        subject: said('title'),
        services: listOf(body['services']),
        text: t('timeline.text.declared', {
          severity: said('severity'),
          commander: said('commander'),
        }),
      };
    case 'incident.renamed':
      return { subject: said('title') };
    case 'incident.severity-changed':
      return { ...onIncident, text: joined(said('severity'), said('reason')) };
    case 'incident.commander-changed':
      return {
        ...onIncident,
        text: t('timeline.text.commander', {
          from: listOf(body['replaces']).join(', '),
          to: said('commander'),
        }),
      };
    case 'incident.resolved':
      return { ...onIncident, text: said('summary') };
    case 'incident.reopened':
      return { ...onIncident, text: said('reason') };
    case 'note.written':
      return { text: entry.currentText ?? said('text') };
    case 'note.corrected':
      return { text: said('text') };
    case 'entry.pinned':
    case 'entry.unpinned':
      return {};
    case 'run.started':
      return { subject: said('title') };
    case 'run.step-recorded': {
      const outcome = known(t, `timeline.outcome.${said('outcome')}`, said('outcome'));
      const answer = said('answer');
      // An answer to a step that was done is the name of who agreed.
      const result =
        answer === ''
          ? outcome
          : said('outcome') === 'done'
            ? joined(outcome, answer)
            : t('timeline.text.answer', { answer });
      return {
        subject: said('title') || said('step'),
        text: joined(result, said('note'), said('reason')),
      };
    }
    case 'run.finished':
      return { ...onRun, text: known(t, `timeline.run.${said('outcome')}`, said('outcome')) };
    case 'runbook.published':
    case 'runbook.withdrawn':
      return { subject: said('fileName') };
    case 'runbook.written':
    case 'runbook.retired':
      return { subject: said('fileName'), text: joined(comment, said('reason')) };
    case 'alert.suppressed': {
      const by = ['silencedBy', 'inhibitedBy', 'mutedBy'].flatMap((name) => listOf(body[name]));
      return { ...onAlert, text: by.join(', ') };
    }
    case 'alert.assigned':
      return { ...onAlert, text: joined(said('to') || t('timeline.text.nobody'), comment) };
    case 'alert.released':
    case 'alert.unreleased':
      return {
        ...onAlert,
        text: joined(known(t, `timeline.stage.${said('stage')}`, said('stage')), comment),
      };
    case 'silence.created':
    case 'silence.listed':
      return { subject: matchersText(body['matchers']), text: comment };
    case 'silence.expired':
      return { text: comment };
    case 'noise.configured':
    case 'units.configured':
      return { text: said('origin') };
    case 'event.reported':
      return {
        subject: said('title'),
        services: listOf(body['services']),
        text: joined(said('type'), said('detail')),
      };
    case 'edge.measured':
      return { text: t('timeline.text.edge', { from: said('from'), to: said('to') }) };
    case 'source.counted':
      return {
        subject: entry.source,
        text: `${numberOf(body['received'])} / ${numberOf(body['expected'])}`,
      };
    case 'run.handed-over':
      return { ...onRun, ...commandPartsOf(kind, body, t) };
    default: {
      const evidence = evidencePartsOf(kind, body, entry.currentText, t);
      if (kind.startsWith('execution.')) return executionPartsOf(kind, body, t);
      const parts = { ...commandPartsOf(kind, body, t, names.other?.title), ...evidence };
      if (kind.startsWith('incident.')) return { ...parts, ...onIncident };
      return parts.subject ? parts : { ...parts, subject: names.about ?? null };
    }
  }
}

/** The incident that an entry ties its own to: what it is a duplicate, or a part, of. */
export function tiedTo(entry: Pick<Entry, 'body'>): string | null {
  return textOf(entry.body['of']) || textOf(entry.body['parent']) || null;
}

const ICONS: Record<FactKind, IconName> = {
  'alert.fired': 'alerts',
  'alert.resolved': 'check',
  'alert.acknowledged': 'person',
  'alert.unacknowledged': 'undo',
  'node.declared': 'map',
  'node.retired': 'map',
  'edge.declared': 'map',
  'edge.retired': 'map',
  'change.reported': 'change',
  'source.heard': 'sources',
  'source.problem': 'warning',
  'incident.declared': 'desk',
  'incident.renamed': 'desk',
  'incident.severity-changed': 'desk',
  'incident.commander-changed': 'person',
  'incident.resolved': 'check',
  'incident.reopened': 'undo',
  'note.written': 'note',
  'note.corrected': 'note',
  'entry.pinned': 'pin',
  'entry.unpinned': 'pin',
  'run.started': 'play',
  'run.step-recorded': 'runbooks',
  'run.finished': 'stop',
  'runbook.published': 'runbooks',
  'runbook.withdrawn': 'runbooks',
  'runbook.written': 'runbooks',
  'runbook.retired': 'runbooks',
  'alert.suppressed': 'alerts',
  'alert.assigned': 'person',
  'alert.released': 'undo',
  'alert.unreleased': 'undo',
  'silence.created': 'stop',
  'silence.expired': 'undo',
  'silence.listed': 'stop',
  'noise.configured': 'settings',
  'units.configured': 'settings',
  'node.unlisted': 'map',
  'edge.unlisted': 'map',
  'event.reported': 'info',
  'edge.measured': 'map',
  'source.counted': 'sources',
  'incident.scope-changed': 'desk',
  'incident.phase-changed': 'desk',
  'incident.marked-duplicate': 'desk',
  'incident.parent-changed': 'desk',
  'incident.role-assigned': 'person',
  'incident.team-formed': 'person',
  'incident.team-dissolved': 'person',
  'incident.channels-set': 'desk',
  'incident.command-offered': 'person',
  'incident.command-answered': 'person',
  'incident.sized-up': 'desk',
  'incident.cadence-set': 'desk',
  'incident.signed-off': 'check',
  'incident.measure-set': 'settings',
  'incident.point-marked': 'desk',
  'task.assigned': 'person',
  'task.understood': 'check',
  'task.extended': 'note',
  'task.reassigned': 'person',
  'task.reported': 'note',
  'task.done': 'check',
  'task.dropped': 'stop',
  'decision.proposed': 'note',
  'decision.polled': 'person',
  'decision.answered': 'person',
  'decision.taken': 'check',
  'decision.verified': 'check',
  'decision.withdrawn': 'undo',
  'report.given': 'note',
  'hypothesis.stated': 'note',
  'hypothesis.supported': 'note',
  'hypothesis.judged': 'check',
  'update.published': 'note',
  'update.delivered': 'check',
  'roll-call.started': 'person',
  'roll-call.answered': 'person',
  'contacts.imported': 'person',
  'follow-up.opened': 'note',
  'follow-up.changed': 'note',
  'post-mortem.drafted': 'note',
  'post-mortem.edited': 'note',
  'post-mortem.status-changed': 'check',
  'run.handed-over': 'person',
  'execution.proposed': 'runbooks',
  'execution.rehearsed': 'runbooks',
  'execution.approved': 'check',
  'execution.withdrawn': 'undo',
  'execution.started': 'play',
  'execution.ended': 'stop',
  'execution.verified': 'check',
  'attachment.added': 'file',
  'attachment.withdrawn': 'undo',
  'comment.written': 'note',
  'import.kept': 'list',
  'import.withdrawn': 'undo',
  'note.imported': 'note',
  'note.moved': 'clock',
};

export function iconOf(kind: string): IconName {
  return isKnownKind(kind) ? ICONS[kind] : 'info';
}

/** The severity of an alert that fired, by which its mark is drawn; null for all else. */
export function severityOf(entry: Entry): 'critical' | 'warning' | 'info' | null {
  if (entry.kind !== 'alert.fired') return null;
  const severity = entry.body['severity'];
  return severity === 'critical' || severity === 'warning' || severity === 'info' ? severity : null;
}

export function toneOf(entry: Entry): EntryTone {
  const severity = severityOf(entry);
  if (severity !== null) return severity;
  if (entry.kind === 'change.reported') return 'change';
  return entry.author === null ? 'plain' : 'people';
}

/** How much later than it happened a machine's entry must be heard to say so. */
export const LAG_MS = 30_000;

/** How much later than it happened the room heard of a machine's entry (ms); null: in time. */
export function lagOf(entry: Pick<TimelineEntry, 'author' | 'at' | 'heardAt'>): number | null {
  if (entry.author !== null) return null;
  const lagMs = entry.heardAt - entry.at;
  return lagMs >= LAG_MS ? lagMs : null;
}

/** Whether a person placed it at another time than the one of writing. */
export function isBackDated(entry: Pick<TimelineEntry, 'author' | 'at' | 'heardAt'>): boolean {
  return entry.author !== null && Math.abs(entry.heardAt - entry.at) > 1_000;
}

/** What a note or a correction said in itself. */
export function noteText(entry: Pick<TimelineEntry, 'body'>): string {
  return textOf(entry.body['text']);
}

function summaryOf(body: Entry['body']): string {
  const annotations = body['annotations'];
  if (typeof annotations !== 'object' || annotations === null || Array.isArray(annotations)) {
    return '';
  }
  return textOf(annotations['summary']) || textOf(annotations['description']);
}

/** Conditions on labels as Prometheus writes them: `job="web", severity=~"warning|info"`. */
function matchersText(value: unknown): string {
  if (!Array.isArray(value)) return '';
  return value
    .filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null)
    .map(({ name, value: sought, isRegex, isEqual }) => {
      const sign = `${isEqual === false ? '!' : '='}${isRegex === true ? '~' : isEqual === false ? '=' : ''}`;
      return `${textOf(name)}${sign}${JSON.stringify(textOf(sought))}`;
    })
    .join(', ');
}
