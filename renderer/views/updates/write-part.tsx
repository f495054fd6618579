import { useEffect, useMemo, useState } from 'react';
import type { Audience } from '../../../shared/facts/incident.ts';
import { updateChannelSchema, type UpdateChannel } from '../../../shared/facts/update.ts';
import type { IncidentRow } from '../../../shared/ipc/rows.ts';
import { internalNamesIn } from '../../../shared/updates/internal-names.ts';
import { isAddress } from '../../../shared/updates/letter.ts';
import { textIn, useText, type Language } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button, ToggleButton } from '../../kit/button.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Select } from '../../kit/select.tsx';
import { visibleText } from '../../kit/visible-text.ts';
import { deskNow } from '../../room/now.ts';
import { useRowList, useStatus } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { setLayout, useDraft, useLayout, useSession } from '../../room/session.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { deliverCopy, deliverMail, readRecipients, recipientsEntry } from './delivery.ts';
import { draftUpdate, subjectOf } from './draft.ts';
import styles from './updates.module.css';
import { closeForm, updatesStore } from './updates-store.ts';
import { useInternalNames, useOwnAddress } from './use-updates.ts';

/** An update being written: drafted from what is recorded, changed by hand, published by its ways. */
export function WritePart(props: { readonly incident: IncidentRow; readonly audience: Audience }) {
  const t = useText();
  const { incident, audience } = props;
  const session = useSession();
  const block = useWriteBlock();
  const isLive = useStatus()?.room === 'live';
  const [language, setLanguage] = useState<Language>(session?.language ?? 'en');
  const [isNaming, setNaming] = useState(false);
  const [words, setWords] = useDraft(`update.${incident.key}.${audience}`);
  const names = useInternalNames(incident);
  const [meant, setMeant] = useState('');
  const [channels, setChannels] = useChannels(audience);
  const webhooks = (session?.webhooks ?? []).map((text) => text.slice(0, text.indexOf('=')));
  const [chosenWebhook, setWebhook] = useState('');
  const webhook = webhooks.includes(chosenWebhook) ? chosenWebhook : webhooks[0];
  const [isBusy, setBusy] = useState(false);
  const draft = useDrafting(incident, audience);
  const mail = useMail(incident, audience, language);

  // Whoever comes back finds the text as it was left; who comes first finds one to start from.
  const isEmpty = words === '';
  useEffect(() => {
    if (isEmpty) setWords(draft(language, isNaming));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only when the form is opened
  }, [incident.key, audience]);

  const found = useMemo(
    () => (audience === 'public' ? internalNamesIn(words, names) : []),
    [audience, words, names],
  );
  const foundText = found.join(', ');
  const isLeaking = foundText !== '' && foundText !== meant;
  const isReady =
    block === null &&
    !isBusy &&
    words.trim() !== '' &&
    words.length <= MOST_CHARACTERS &&
    !isLeaking &&
    (!channels.has('mail') || mail.wrong === null);
  const publish = async (): Promise<void> => {
    if (!isReady) return;
    setBusy(true);
    const text = words.trim();
    const chosen = [...channels].filter(
      (channel) => channel !== 'webhook' || webhook !== undefined,
    );
    const answer = await runCommand({
      name: 'update.publish',
      incident: incident.key,
      audience,
      text,
      channels: chosen,
      ...(chosen.includes('webhook') && webhook !== undefined && { webhook }),
    });
    setBusy(false);
    if (!answer.done) return;
    setWords('');
    closeForm();
    const update = { key: answer.thing, text };
    if (chosen.includes('copy')) await deliverCopy(update, true);
    if (chosen.includes('mail')) await deliverMail(update, mail.envelope);
  };
  const redraft = (nextLanguage: Language, nextNaming: boolean): void => {
    setLanguage(nextLanguage);
    setNaming(nextNaming);
    setWords(draft(nextLanguage, nextNaming));
  };

  return (
    <Panel
      title={t('updates.write.title', { audience: t(`updates.audience.${audience}`) })}
      isPadded
      className={styles['part'] ?? ''}
      testId="write-update"
      toolbar={
        <Button size="s" onPress={closeForm}>
          {t('kit.close')}
        </Button>
      }
    >
      <div className={styles['form']}>
        {block === null ? null : <Banner tone="info" title={t(`updates.write.block.${block}`)} />}
        <TextArea
          label={t('updates.write.text')}
          value={words}
          onChange={(next) => setWords(next.slice(0, 2 * MOST_CHARACTERS))}
          error={words.length > MOST_CHARACTERS ? t('updates.write.tooLong') : null}
          rows={11}
          hint={t('updates.write.hint')}
          onSubmit={() => void publish()}
          // What is written stays as a draft: leaving costs nothing.
          onKeyDown={(event) => {
            if (event.key === 'Escape') closeForm();
          }}
          autoFocus
          testId="update-text"
        />
        {found.length === 0 ? null : (
          <Banner
            tone={isLeaking ? 'warning' : 'neutral'}
            title={t('updates.write.internal', { names: visibleText(foundText) })}
            testId="update-names"
            actions={
              <ToggleButton
                size="s"
                isSelected={!isLeaking}
                onChange={(isMeant) => setMeant(isMeant ? foundText : '')}
                testId="update-meant"
              >
                {t('updates.write.meant')}
              </ToggleButton>
            }
          />
        )}
        <div className={styles['row']}>
          <Select
            label={t('updates.write.language')}
            isLabelHidden
            value={language}
            options={[
              { value: 'en', label: 'English' },
              { value: 'zh-CN', label: '简体中文' },
            ]}
            onChange={(next) => redraft(next, isNaming)}
            testId="update-language"
          />
          {audience === 'public' ? (
            <ToggleButton
              isSelected={isNaming}
              onChange={(next) => redraft(language, next)}
              testId="update-naming"
            >
              {t('updates.write.names')}
            </ToggleButton>
          ) : null}
          <Button onPress={() => redraft(language, isNaming)} testId="update-redraft">
            {t('updates.write.again')}
          </Button>
        </div>
        <div className={styles['row']} role="group" aria-label={t('updates.write.channels')}>
          <span className={styles['soft']}>{t('updates.write.channels')}</span>
          {(['copy', 'mail', 'webhook'] as const).map((channel) => (
            <ToggleButton
              key={channel}
              isSelected={channels.has(channel) && (channel !== 'webhook' || webhook !== undefined)}
              isDisabled={channel === 'webhook' && (webhook === undefined || !isLive)}
              onChange={(isOn) => {
                const next = new Set(channels);
                if (isOn) next.add(channel);
                else next.delete(channel);
                setChannels(next);
              }}
              testId={`channel-${channel}`}
            >
              {t(`updates.write.${channel}`)}
            </ToggleButton>
          ))}
          {webhook === undefined ? null : (
            <Select
              label={t('updates.write.webhook')}
              isLabelHidden
              value={webhook}
              options={webhooks.map((name) => ({ value: name, label: name }))}
              onChange={setWebhook}
              testId="update-webhook"
            />
          )}
          <Button
            look="quiet"
            onPress={() => updatesStore.setState({ areWebhooksOpen: true })}
            testId="webhooks-open"
          >
            {t('updates.webhooks')}
          </Button>
          {isLive ? null : <span className={styles['soft']}>{t('updates.write.block.demo')}</span>}
        </div>
        {channels.has('mail') ? (
          <div className={styles['pair']}>
            <TextField
              label={t('updates.write.to')}
              value={mail.to}
              onChange={mail.setTo}
              hint={t('updates.write.to.hint')}
              error={
                mail.wrong === null ? null : t('updates.write.to.wrong', { address: mail.wrong })
              }
              testId="update-to"
            />
            <TextField
              label={t('updates.write.subject')}
              value={mail.envelope.subject}
              onChange={mail.setSubject}
              testId="update-subject"
            />
          </div>
        ) : null}
        <div className={styles['row']}>
          <Button
            look="primary"
            shortcut="Ctrl+Enter"
            isDisabled={!isReady}
            onPress={() => void publish()}
            testId="update-publish"
          >
            {t('updates.write.publish')}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

/** The ways that were chosen for the audience the last time. */
function useChannels(
  audience: Audience,
): readonly [ReadonlySet<UpdateChannel>, (channels: ReadonlySet<UpdateChannel>) => void] {
  const entry = `updates.channels.${audience}`;
  const kept = useLayout(entry);
  const names: readonly unknown[] = Array.isArray(kept) ? kept : ['copy'];
  return [
    new Set(updateChannelSchema.options.filter((channel) => names.includes(channel))),
    (channels) => setLayout(entry, [...channels]),
  ];
}

/** As long as a fact takes it. */
const MOST_CHARACTERS = 20_000;

/** Drafts from what is recorded at the moment it is asked for. */
function useDrafting(
  incident: IncidentRow,
  audience: Audience,
): (language: Language, isNaming: boolean) => string {
  const tasks = useRowList('tasks');
  const decisions = useRowList('decisions');
  return (language, isNaming) => {
    const now = deskNow();
    const promise = incident.status === 'active' ? incident.cadence[audience] : undefined;
    const nextAt = promise === undefined ? null : now + promise.everyMs;
    return draftUpdate(
      audience,
      { incident, tasks, decisions, now, nextAt },
      textIn(language),
      isNaming,
    );
  };
}

function useMail(incident: IncidentRow, audience: Audience, language: Language) {
  const session = useSession();
  const kept = useLayout(recipientsEntry(audience));
  const from = useOwnAddress();
  const [subject, setSubject] = useState<string | null>(null);
  const to = typeof kept === 'string' ? kept : '';
  const recipients = readRecipients(to);
  return {
    to,
    setTo: (next: string) => setLayout(recipientsEntry(audience), next.slice(0, 10_000)),
    setSubject,
    wrong: recipients.find((address) => !isAddress(address)) ?? null,
    envelope: {
      from: isAddress(from) ? from : '',
      fromName: session?.person ?? '',
      to: recipients,
      subject: subject ?? subjectOf(audience, incident, deskNow(), textIn(language)),
    },
  };
}
