/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a combobox's own popup: no element exists for it */
import { useId, useImperativeHandle, useMemo, useRef, useState, type Ref } from 'react';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { useText } from '../../i18n/text.ts';
import { Icon } from '../../kit/icons.tsx';
import { Kbd } from '../../kit/kbd.tsx';
import { ConditionMark } from '../../kit/marks.tsx';
import { useRowList } from '../../room/rows.ts';
import { searchNames } from './filter.ts';
import styles from './map-view.module.css';

export interface ServiceSearchHandle {
  readonly focus: () => void;
}

const MOST_FOUND = 12;

/** Finds a service by name (or owner, place, tag) and flies there. */
export function ServiceSearch({
  ref,
  ...props
}: {
  readonly ref: Ref<ServiceSearchHandle>;
  readonly isHiddenByFilter: (name: string) => boolean;
  readonly onFound: (name: string) => void;
  readonly onLeave: () => void;
}) {
  const t = useText();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [current, setCurrent] = useState(0);
  const [isOpen, setIsOpen] = useState(false);
  const nodes = useRowList('nodes');
  const found = useMemo(
    () => (isOpen ? searchNames(nodes, text, MOST_FOUND) : []),
    [nodes, text, isOpen],
  );
  const isShown = isOpen && text.trim() !== '';
  const index = Math.min(current, found.length - 1);

  useImperativeHandle(ref, () => ({
    focus: () => {
      input.current?.focus();
      input.current?.select();
    },
  }));

  const take = (name: string): void => {
    setIsOpen(false);
    setText('');
    props.onFound(name);
  };

  return (
    <div className={styles['search']}>
      <Icon name="search" size="s" />
      <input
        ref={input}
        className={styles['searchInput']}
        data-testid="map-search"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-label={t('map.search')}
        aria-expanded={isShown && found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isShown && index >= 0 ? `${id}-${String(index)}` : undefined}
        placeholder={t('map.searchPlaceholder')}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setCurrent(0);
          setIsOpen(true);
        }}
        onFocus={() => setIsOpen(true)}
        onBlur={() => setIsOpen(false)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          const row = found[index];
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            const step = event.key === 'ArrowDown' ? 1 : -1;
            if (found.length > 0) setCurrent((index + step + found.length) % found.length);
          } else if (event.key === 'Enter' && row) {
            event.preventDefault();
            take(row.name);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            setText('');
            props.onLeave();
          }
        }}
      />
      {text === '' ? <Kbd keys="/" /> : null}
      {isShown ? (
        <div
          className={styles['found']}
          role="listbox"
          id={`${id}-list`}
          aria-label={t('map.search')}
        >
          {found.map((row, place) => (
            <div
              key={row.key}
              id={`${id}-${String(place)}`}
              role="option"
              aria-selected={place === index}
              className={styles['foundItem']}
              onPointerDown={(event) => {
                // The field keeps the focus until the choice is taken.
                event.preventDefault();
                take(row.name);
              }}
            >
              <ConditionMark condition={row.condition} isWordHidden />
              <span className={styles['lineName']}>
                <ForeignText text={row.name} />
              </span>
              <span className={styles['soft']}>
                {props.isHiddenByFilter(row.name)
                  ? t('map.searchHidden')
                  : [row.zone, row.owner].filter((part) => part !== null).join(' · ')}
              </span>
            </div>
          ))}
          {found.length === 0 ? (
            <div className={styles['foundNone']} role="option" aria-selected="false">
              {t('map.searchNone')}
            </div>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
