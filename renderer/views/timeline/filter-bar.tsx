import { useStore } from 'zustand';
import { useText } from '../../i18n/text.ts';
import { Button, ToggleButton } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { openSearch } from '../../room/search.ts';
import {
  clearFilter,
  GROUPS,
  isFiltered,
  setFilter,
  timelineStore,
  toggleGroup,
} from './timeline-store.ts';
import styles from './timeline.module.css';

/** What the list is narrowed to: kinds, text, pinned ones. */
export function FilterBar() {
  const t = useText();
  const state = useStore(timelineStore);
  return (
    <div className={styles['filterBar']} role="group" aria-label={t('timeline.groups')}>
      {GROUPS.map((group) => (
        <ToggleButton
          key={group}
          size="s"
          isSelected={state.groups.includes(group)}
          onChange={() => toggleGroup(group)}
        >
          {t(`timeline.group.${group}`)}
        </ToggleButton>
      ))}
      <TextField
        label={t('timeline.filter.text')}
        isLabelHidden
        placeholder={t('timeline.filter.text')}
        value={state.text}
        onChange={(text) => setFilter({ text })}
        type="search"
        className={styles['filterText'] ?? ''}
        autoFocus
        testId="timeline-filter"
      />
      <Button
        size="s"
        icon="search"
        shortcut="Ctrl+F"
        onPress={() => openSearch(state.text.trim() === '' ? undefined : state.text)}
        testId="timeline-find-all"
      >
        {t('timeline.filter.findAll')}
      </Button>
      <Button size="s" look="quiet" isDisabled={!isFiltered(state)} onPress={clearFilter}>
        {t('timeline.filter.clear')}
      </Button>
    </div>
  );
}
