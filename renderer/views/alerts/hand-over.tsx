import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { alertsStore } from './alerts-store.ts';

/** Gives alerts to somebody, or silences what they have in common: of one alert and of many alike. */
export function HandOver(props: {
  readonly alerts: readonly string[];
  readonly isBlocked: boolean;
  /** `alert` or `marked`: before the names that tests know the buttons by. */
  readonly testPrefix: string;
}) {
  const t = useText();
  const { alerts, isBlocked, testPrefix } = props;
  return (
    <>
      <Button
        size="s"
        shortcut="W"
        isDisabled={isBlocked}
        onPress={() => alertsStore.setState({ dialog: { kind: 'assign', alerts } })}
        testId={`${testPrefix}-assign`}
      >
        {t('alerts.assign')}
      </Button>
      <Button
        size="s"
        shortcut="S"
        isDisabled={isBlocked}
        onPress={() => alertsStore.setState({ dialog: { kind: 'silence', alerts } })}
        testId={`${testPrefix}-silence`}
      >
        {t('alerts.silence')}
      </Button>
    </>
  );
}
