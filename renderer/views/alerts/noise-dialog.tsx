import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { NOISE_STAGES, type InhibitRule } from '../../../shared/facts/noise.ts';
import type { Answer } from '../../../shared/ipc/contract.ts';
import type { NoiseRow } from '../../../shared/ipc/rows.ts';
import { matchersText } from '../../../shared/noise/matchers.ts';
import { useText } from '../../i18n/text.ts';
import { Button, ToggleButton } from '../../kit/button.tsx';
import { Dialog } from '../../kit/dialog.tsx';
import { TextArea, TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Select } from '../../kit/select.tsx';
import { core } from '../../room/core.ts';
import { useRow } from '../../room/rows.ts';
import { runCommand } from '../../room/run-command.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import styles from './alerts.module.css';
import { alertsStore } from './alerts-store.ts';

const NOISE_KEY = 'noise:room';
const MODES = ['default', 'fixed', 'gradual'] as const;
const MINUTE = 60_000;

/** The room's rules against noise: inhibition from an Alertmanager configuration, folding, anti-shake. */
export function NoiseDialog() {
  const isOpen = useStore(alertsStore, (state) => state.isNoiseOpen);
  const rules = useRow('noise', NOISE_KEY);
  return isOpen && rules !== undefined ? <Open rules={rules} /> : null;
}

function Open(props: { readonly rules: NoiseRow }) {
  const t = useText();
  const { rules } = props;
  const block = useWriteBlock();
  const [config, setConfig] = useState('');
  const [answered, setAnswered] = useState<Answer<'noise.read-config'> | null>(null);
  const [groupBy, setGroupBy] = useState(rules.groupBy.join(', '));
  const [mode, setMode] = useState(rules.shake.mode);
  const [calm, setCalm] = useState(String(rules.shake.calmMs / MINUTE));
  const [folding, setFolding] = useState(rules.folding);
  useEffect(() => {
    let isOver = false;
    core
      .ask('noise.read-config', { text: config })
      .then((answer) => {
        if (!isOver) setAnswered(answer);
      })
      .catch(() => {});
    return () => {
      isOver = true;
    };
  }, [config]);
  // Nothing pasted: the rules stay as they are.
  const read = config.trim() === '' ? null : answered;
  const inhibitRules = read === null ? rules.inhibitRules : read.rules;
  const calmMs = Number(calm) * MINUTE;
  const isCalmFine = calmMs >= 1_000 && calmMs <= 86_400_000;
  const close = (): void => alertsStore.setState({ isNoiseOpen: false });
  const save = async (): Promise<void> => {
    const answer = await runCommand({
      name: 'noise.configure',
      inhibitRules,
      origin: read === null ? rules.origin : t('alerts.noise.pasted'),
      groupBy: groupBy
        .split(/[\s,]+/)
        .filter((label) => label !== '')
        .slice(0, 20),
      shake: { mode, calmMs },
      folding,
    });
    if (answer.done) close();
  };
  return (
    <Dialog
      title={t('alerts.noise.title')}
      isOpen
      onClose={close}
      size="l"
      testId="noise-dialog"
      actions={
        <>
          <Button onPress={close}>{t('kit.cancel')}</Button>
          <Button
            look="primary"
            isDisabled={block !== null || !isCalmFine}
            onPress={() => void save()}
            testId="noise-save"
          >
            {t('alerts.noise.save')}
          </Button>
        </>
      }
    >
      <div className={styles['cardBody']}>
        <p className={styles['soft']}>
          {t('alerts.noise.counts', {
            alerts: rules.counts.alerts,
            groups: rules.counts.groups,
            quiet: rules.counts.quiet,
          })}
        </p>
        <p className={styles['soft']} data-testid="noise-held">
          {NOISE_STAGES.map(
            (stage) => `${t(`alerts.stage.${stage}`)} ${String(rules.counts.held[stage])}`,
          ).join(' · ')}
        </p>
        <TextArea
          label={t('alerts.noise.config')}
          value={config}
          onChange={setConfig}
          rows={6}
          hint={t('alerts.noise.config.hint')}
          autoFocus
          testId="noise-config"
        />
        {(read?.problems ?? []).map(({ line, reason }) => (
          <p key={`${line} ${reason}`} className={styles['problem']} data-testid="noise-problem">
            {t('alerts.noise.problem', { line })} <ForeignText text={reason} />
          </p>
        ))}
        <Rules rules={inhibitRules} />
        <div className={styles['actions']}>
          <ToggleButton size="s" isSelected={folding} onChange={setFolding} testId="noise-folding">
            {t('alerts.noise.folding')}
          </ToggleButton>
        </div>
        <div className={styles['actions']}>
          <Select
            label={t('alerts.noise.mode')}
            value={mode}
            options={MODES.map((value) => ({ value, label: t(`alerts.noise.mode.${value}`) }))}
            onChange={setMode}
          />
          <TextField
            label={t('alerts.noise.calm')}
            value={calm}
            onChange={setCalm}
            error={isCalmFine ? null : t('alerts.noise.calm.wrong')}
            testId="noise-calm"
          />
          <TextField
            label={t('alerts.noise.groupBy')}
            value={groupBy}
            onChange={setGroupBy}
            testId="noise-group-by"
          />
        </div>
        {block === null ? null : <p className={styles['faint']}>{t(`alerts.block.${block}`)}</p>}
      </div>
    </Dialog>
  );
}

function Rules(props: { readonly rules: readonly InhibitRule[] }) {
  const t = useText();
  return (
    <section className={styles['section']}>
      <h3 className={styles['heading']}>
        {t('alerts.noise.rules', { count: props.rules.length })}
      </h3>
      {props.rules.map((rule, index) => (
        <p key={index} className={styles['mono']} data-testid="noise-rule">
          <ForeignText text={matchersText(rule.source)} />
          {' ⊣ '}
          <ForeignText text={matchersText(rule.target)} />
          {rule.equal.length + rule.pairs.length === 0
            ? null
            : ` (${[...rule.equal, ...rule.pairs.map(({ source, target }) => `${source}=${target}`)].join(', ')})`}
        </p>
      ))}
    </section>
  );
}
