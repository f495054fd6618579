import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { openDialog } from '../../room/navigation.ts';
import { focusOn, mapStore, NOTHING, setBlast } from './map-model.ts';
import styles from './map-view.module.css';

/** What can be done with several services at once. */
export function MarkedServices() {
  const t = useText();
  const marked = useStore(mapStore, (state) => state.marked);
  const scene = useStore(mapStore, (state) => state.scene);
  if (marked.size === 0) return null;
  const services = [...marked].flatMap((name) => {
    const node = scene?.geometry.graph.indexOf.get(name);
    return node === undefined ? [] : (scene?.geometry.members[node] ?? []);
  });
  return (
    <div className={styles['markedBar']} data-testid="map-marked" role="status">
      <span>{t('map.marked', { count: services.length })}</span>
      <Button
        size="s"
        onPress={() => setBlast({ kind: 'service', values: services })}
        testId="map-marked-blast"
      >
        {t('map.blast.show')}
      </Button>
      <Button size="s" onPress={() => focusOn(services)}>
        {t('map.focus')}
      </Button>
      <Button size="s" onPress={() => openDialog('declare', { services })}>
        {t('map.marked.declare')}
      </Button>
      <Button
        size="s"
        look="quiet"
        onPress={() => mapStore.setState({ marked: NOTHING })}
        testId="map-marked-clear"
      >
        {t('map.marked.clear')}
      </Button>
    </div>
  );
}
