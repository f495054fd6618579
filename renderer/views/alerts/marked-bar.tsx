import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { useWriteBlock } from '../../room/write-block.ts';
import { acknowledge, withdraw } from './alert-actions.ts';
import styles from './alerts.module.css';
import { HandOver } from './hand-over.tsx';
import { alertsStore, NOTHING } from './alerts-store.ts';

/** What can be done with all marked alerts at once; nothing while none is marked. */
export function MarkedBar() {
  const t = useText();
  const marked = useStore(alertsStore, (state) => state.marked);
  const block = useWriteBlock();
  if (marked.size === 0) return null;
  const alerts = [...marked];
  return (
    <div className={styles['markedBar']} role="group" data-testid="alerts-marked">
      <strong>{t('alerts.marked', { count: marked.size })}</strong>
      <Button
        size="s"
        look="primary"
        shortcut="A"
        isDisabled={block !== null}
        onPress={() => void acknowledge(alerts)}
        testId="marked-acknowledge"
      >
        {t('alerts.acknowledge')}
      </Button>
      <Button
        size="s"
        isDisabled={block !== null}
        onPress={() => alertsStore.setState({ dialog: { kind: 'acknowledge', alerts } })}
      >
        {t('alerts.acknowledgeWith')}
      </Button>
      <Button
        size="s"
        isDisabled={block !== null}
        onPress={() => void withdraw(alerts)}
        testId="marked-withdraw"
      >
        {t('alerts.withdraw')}
      </Button>
      <HandOver alerts={alerts} isBlocked={block !== null} testPrefix="marked" />
      <Button size="s" look="quiet" onPress={() => alertsStore.setState({ marked: NOTHING })}>
        {t('alerts.marked.clear')}
      </Button>
      {block === null ? null : (
        <span className={styles['faint']}>{t(`alerts.block.${block}`)}</span>
      )}
    </div>
  );
}
