import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { formatClock } from '../../kit/format.ts';
import { IncidentSeverityMark } from '../../kit/marks.tsx';
import { openDialog } from '../../room/navigation.ts';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';

export function IncidentHeader() {
  const t = useText();
  const now = useNow();
  const incident = useRowList('incidents').find((row) => row.status === 'active');
  if (!incident) {
    return (
      <>
        {t('incidentBlock.none')}
        <Button onPress={() => openDialog('declare')}>{t('incidentBlock.declare')}</Button>
      </>
    );
  }
  return (
    <>
      <IncidentSeverityMark severity={incident.severity} size="l" /> {incident.title} ·{' '}
      {incident.commander} · {formatClock(now - incident.declaredAt)}
    </>
  );
}
