import type { UpdateChannel } from '../../../shared/facts/update.ts';
import type { IncidentRow, UpdateRow } from '../../../shared/ipc/rows.ts';
import { isAddress } from '../../../shared/updates/letter.ts';
import { useText, type Translate } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { EmptyState } from '../../kit/empty-state.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { formatSpan } from '../../kit/format.ts';
import { SentMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Time } from '../../kit/time.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { useNow } from '../../room/now.ts';
import { useLayout, useSession } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import {
  deliverCopy,
  deliverMail,
  giveUp,
  readRecipients,
  recipientsEntry,
  sendNow,
} from './delivery.ts';
import { subjectOf } from './draft.ts';
import styles from './updates.module.css';
import { useOwnAddress } from './use-updates.ts';

/** Every update of the incident, newest first: what was said to whom, and by which ways it left. */
export function HistoryPart(props: {
  readonly incident: IncidentRow;
  readonly updates: readonly UpdateRow[];
}) {
  const t = useText();
  return (
    <Panel
      title={t('updates.history.title')}
      testId="update-history"
      summary={props.updates.length > 0 ? props.updates.length : undefined}
    >
      {props.updates.length === 0 ? (
        <EmptyState
          icon="send"
          title={t('updates.history.empty')}
          why={t('updates.history.empty.why')}
        />
      ) : (
        <ul className={styles['history']}>
          {props.updates.map((update) => (
            <OneUpdate key={update.key} incident={props.incident} update={update} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function OneUpdate(props: { readonly incident: IncidentRow; readonly update: UpdateRow }) {
  const t = useText();
  const { update } = props;
  return (
    <li className={styles['update']} data-testid="update-row" data-audience={update.audience}>
      <p className={styles['line']}>
        <strong>{t(`updates.audience.${update.audience}`)}</strong>
        <Time moment={update.publishedAt} />
        <span className={styles['soft']}>{t('updates.history.by')}</span>
        <ForeignText text={update.publishedBy} className={styles['people']} />
        <SentMark sent={update.sent} isWordHidden />
        <Button
          size="s"
          look="quiet"
          icon="copy"
          onPress={() => void deliverCopy(update, false)}
          testId="update-copy"
        >
          {t('updates.copy')}
        </Button>
      </p>
      <p className={styles['text']}>
        <ForeignText text={update.text} keepLines />
      </p>
      {update.channels.map((channel) => (
        <ChannelLine key={channel} {...props} channel={channel} />
      ))}
    </li>
  );
}

function ChannelLine(props: {
  readonly incident: IncidentRow;
  readonly update: UpdateRow;
  readonly channel: UpdateChannel;
}) {
  const t = useText();
  const now = useNow();
  const block = useWriteBlock();
  const person = useSession()?.person ?? '';
  const { update, channel } = props;
  const delivery = update.deliveries[channel];
  const state = delivery === undefined ? 'waiting' : delivery.taken ? 'taken' : 'given-up';
  const name =
    channel === 'webhook'
      ? t('updates.channel.webhook', { name: update.webhook ?? '' })
      : t(`updates.channel.${channel}`);
  return (
    <p className={styles['line']} data-testid={`delivery-${channel}`} data-state={state}>
      <ForeignText text={name} className={styles['soft']} />
      {delivery === undefined ? (
        <strong className={styles['warn']}>{waitingText(update, channel, now, t)}</strong>
      ) : (
        <>
          <span className={delivery.taken ? styles['good'] : styles['bad']}>
            {t(delivery.taken ? `updates.state.taken.${channel}` : 'updates.state.givenUp')}
          </span>
          <Time moment={delivery.at} />
          <ForeignText text={delivery.detail} className={styles['soft']} />
        </>
      )}
      {delivery !== undefined || block !== null ? null : (
        <>
          {channel === 'webhook' ? (
            update.sending === null ? null : (
              <Button size="s" onPress={() => void sendNow()} testId="update-retry">
                {t('updates.tryNow')}
              </Button>
            )
          ) : channel === 'copy' ? (
            <Button size="s" onPress={() => void deliverCopy(update, true)}>
              {t('updates.copy')}
            </Button>
          ) : (
            <SaveMail incident={props.incident} update={update} />
          )}
          <Button
            size="s"
            look="quiet"
            onPress={() => void giveUp(update.key, channel, person)}
            testId="update-give-up"
          >
            {t('updates.giveUp')}
          </Button>
        </>
      )}
    </p>
  );
}

function SaveMail(props: { readonly incident: IncidentRow; readonly update: UpdateRow }) {
  const t = useText();
  const { incident, update } = props;
  const to = readRecipients(useLayout(recipientsEntry(update.audience)));
  const from = useOwnAddress();
  const fromName = useSession()?.person ?? '';
  const save = (): void => {
    const subject = subjectOf(update.audience, incident, update.publishedAt, t);
    const envelope = { from: isAddress(from) ? from : '', fromName, to, subject };
    void deliverMail(update, envelope);
  };
  return (
    <Button size="s" onPress={save} testId="update-save-mail">
      {t('updates.saveMail')}
    </Button>
  );
}

/** Why it has not left yet, and what comes next. */
function waitingText(update: UpdateRow, channel: UpdateChannel, now: number, t: Translate): string {
  if (channel !== 'webhook') return t('updates.state.notYet');
  const { sending } = update;
  if (sending === null)
    return t('updates.state.elsewhere', { name: visibleText(update.publishedBy) });
  if (sending.state === 'no-webhook') return t('updates.state.noWebhook');
  if (sending.state === 'sending' && sending.attempts === 0) return t('updates.state.sending');
  return [
    t('updates.state.notYet'),
    ...(sending.attempts > 0 ? [t('updates.state.tried', { count: sending.attempts })] : []),
    ...(sending.problem === null ? [] : [visibleText(sending.problem)]),
    ...(sending.nextAt === null || sending.nextAt <= now
      ? []
      : [t('updates.state.again', { span: formatSpan(sending.nextAt - now, t) })]),
  ].join(' · ');
}
