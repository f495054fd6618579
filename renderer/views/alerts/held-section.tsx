import type { AlertRow, HeldReason } from '../../../shared/ipc/rows.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Time } from '../../kit/time.tsx';
import { openDialog } from '../../room/navigation.ts';
import { useRow } from '../../room/rows.ts';
import { select } from '../../room/selection.ts';
import { release } from './alert-actions.ts';
import { reasonsText } from './alert-cells.tsx';
import styles from './alerts.module.css';

/** Why the alert asks for no eyes of its own, which group it belongs to, and how to undo that. */
export function HeldSection(props: { readonly alert: AlertRow; readonly isBlocked: boolean }) {
  const t = useText();
  const { alert } = props;
  const { held, released } = alert;
  const group = useRow('groups', alert.group);
  const isAlone = (group?.members.length ?? 0) < 2;
  if (held === null && released.length === 0 && isAlone) return null;
  return (
    <section className={styles['section']} data-testid="alert-held" data-stage={held?.stage ?? ''}>
      <h4 className={styles['heading']}>{t('alerts.held')}</h4>
      {group === undefined || (isAlone && alert.shaking === null) ? null : (
        <p className={styles['item']}>
          <span className={styles['itemText']}>
            {isAlone
              ? null
              : group.root === alert.key
                ? t('alerts.held.root', { count: group.members.length - 1 })
                : t('alerts.held.member', { count: group.members.length })}{' '}
            {group.candidate?.deserves ? (
              <span className={styles['soft']}>{reasonsText(group.candidate.reasons, t)} · </span>
            ) : null}
            <span className={styles['soft']} data-testid="alert-notices">
              {t('alerts.held.notices', { count: group.notices })}
            </span>
          </span>
          {group.candidate?.deserves && group.candidate.coveredBy === null ? (
            <Button
              size="s"
              shortcut="Ctrl+D"
              isDisabled={props.isBlocked}
              onPress={() => openDialog('declare', { thing: alert.key })}
              testId="alert-declare"
            >
              {t('alerts.held.declare')}
            </Button>
          ) : null}
          {group.root === alert.key ? null : (
            <Button size="s" onPress={() => select(group.root)} testId="alert-show-root">
              {t('alerts.held.showRoot')}
            </Button>
          )}
        </p>
      )}
      {held === null ? null : (
        <div className={styles['item']}>
          <span className={styles['itemText']}>
            <Why held={held} />
          </span>
          <Button
            size="s"
            isDisabled={props.isBlocked}
            onPress={() => void release(alert.key, held.stage, false)}
            testId="alert-release"
          >
            {t(`alerts.release.${held.stage}`)}
          </Button>
        </div>
      )}
      {released.map((stage) => (
        <div key={stage} className={styles['item']}>
          <span className={styles['itemText']}>
            {t('alerts.released', { stage: t(`alerts.stage.${stage}`) })}
          </span>
          <Button
            size="s"
            isDisabled={props.isBlocked}
            onPress={() => void release(alert.key, stage, true)}
            testId="alert-unrelease"
          >
            {t('alerts.unrelease')}
          </Button>
        </div>
      ))}
    </section>
  );
}

function Why(props: { readonly held: HeldReason }) {
  const t = useText();
  const { held } = props;
  switch (held.stage) {
    case 'anti-shake':
      return (
        <>
          {t('alerts.held.shaking', { count: held.edges })}{' '}
          <span className={styles['soft']}>
            {t('alerts.held.calmAt')} <Time moment={held.calmAt} />
          </span>
        </>
      );
    case 'silence':
      return (
        <>
          {t(held.by === '' ? 'alerts.held.atSource' : `alerts.held.${held.purpose}`)}{' '}
          <ForeignText text={held.by} className={styles['people']} />{' '}
          <ForeignText text={held.comment} />{' '}
          {held.until === null ? null : (
            <span className={styles['soft']}>
              {t('alerts.held.until')} <Time moment={held.until} />
            </span>
          )}
        </>
      );
    case 'inhibition':
      return (
        <>
          {t('alerts.held.inhibited')} {held.by === null ? null : <AlertLink alertKey={held.by} />}{' '}
          <ForeignText text={held.rule} className={styles['mono']} />
        </>
      );
    case 'folding':
      return (
        <>
          {t('alerts.held.folded')} <AlertLink alertKey={held.origin} />{' '}
          <span className={styles['soft']} data-testid="alert-path">
            <ForeignText text={held.path.join(' → ')} />
          </span>
        </>
      );
    case 'grouping':
      return (
        <>
          {t('alerts.held.grouped')} <AlertLink alertKey={held.root} />
        </>
      );
  }
}

function AlertLink(props: { readonly alertKey: string }) {
  const alert = useRow('alerts', props.alertKey);
  if (alert === undefined) return null;
  return (
    <button type="button" className={styles['link']} onClick={() => select(alert.key)}>
      <ForeignText text={`${alert.name} · ${alert.service ?? ''}`} />
    </button>
  );
}
