/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a combobox's own popup: no element exists for it */
import { useEffect, useId, useRef, useState } from 'react';
import { createStore } from 'zustand/vanilla';
import { useText } from '../../i18n/text.ts';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { Kbd } from '../../kit/kbd.tsx';
import { runCommand } from '../../room/run-command.ts';
import { useDraft } from '../../room/session.ts';
import styles from './desk.module.css';
import {
  completePerson,
  isWholeTask,
  matchingPeople,
  readTaskLine,
  typedPerson,
} from './task-line.ts';
import type { Desk } from './use-desk.ts';

/** Grows when the line is to take the keyboard, from wherever that was asked. */
const askedStore = createStore(() => ({ count: 0 }));
let answered = 0;

/** Gives the keyboard to the line, now or as soon as it is on screen. */
export function focusTaskLine(): void {
  askedStore.setState(({ count }) => ({ count: count + 1 }));
}

/** `@ada restart db-7 10m`: one line makes a task. */
export function TaskLineField(props: { readonly desk: Desk; readonly isBlocked: boolean }) {
  const t = useText();
  const { desk, isBlocked } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const isUnderWay = useRef(false);
  const [text, setText] = useDraft('desk.task-line');
  const [current, setCurrent] = useState(0);
  const [isClosed, setClosed] = useState(false);
  const [isTried, setTried] = useState(false);
  const line = readTaskLine(text, desk.people);
  const typed = typedPerson(text);
  const found =
    typed === null || isClosed || desk.people.includes(typed.trim())
      ? []
      : matchingPeople(typed, desk.people);
  const index = Math.min(current, found.length - 1);

  useEffect(() => {
    const take = (): void => {
      if (askedStore.getState().count === answered) return;
      answered = askedStore.getState().count;
      input.current?.focus();
    };
    take();
    return askedStore.subscribe(take);
  }, []);

  const complete = (name: string): void => {
    setText(completePerson(name));
    setCurrent(0);
  };
  const send = async (): Promise<void> => {
    setTried(true);
    if (!isWholeTask(line) || isBlocked || isUnderWay.current) return;
    isUnderWay.current = true;
    const answer = await runCommand({
      name: 'task.assign',
      incident: desk.rows.incident.key,
      person: line.person.slice(0, 200),
      action: line.action.slice(0, 2_000),
      minutes: line.minutes,
    });
    isUnderWay.current = false;
    if (!answer.done) return;
    setText('');
    setTried(false);
  };

  return (
    <div className={styles['line']}>
      <input
        ref={input}
        className={styles['lineInput']}
        data-testid="task-line"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        disabled={isBlocked}
        aria-label={t('desk.line.label')}
        aria-describedby={`${id}-read`}
        aria-expanded={found.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={index >= 0 ? `${id}-${String(index)}` : undefined}
        placeholder={t('desk.line.placeholder')}
        value={text}
        onChange={(event) => {
          setText(event.target.value.slice(0, 4_000));
          setCurrent(0);
          setClosed(false);
          setTried(false);
        }}
        onFocus={() => setClosed(false)}
        onBlur={() => setClosed(true)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          const name = found[index];
          if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && found.length > 0) {
            event.preventDefault();
            const step = event.key === 'ArrowDown' ? 1 : -1;
            setCurrent((index + step + found.length) % found.length);
          } else if (event.key === 'Tab' && !event.shiftKey && name !== undefined) {
            event.preventDefault();
            complete(name);
          } else if (event.key === 'Enter') {
            event.preventDefault();
            if (name === undefined) void send();
            else complete(name);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            if (found.length > 0) setClosed(true);
            else input.current?.blur();
          }
        }}
      />
      {text === '' ? <Kbd keys="Q" /> : null}
      <p
        id={`${id}-read`}
        className={isTried && !isWholeTask(line) ? styles['lineWrong'] : styles['lineRead']}
        data-testid="task-line-read"
        role={isTried ? 'alert' : undefined}
      >
        {text.trim() === '' ? (
          t('desk.line.hint')
        ) : isWholeTask(line) ? (
          <ForeignText
            text={t('desk.line.read', {
              person: line.person,
              action: line.action,
              minutes: line.minutes,
            })}
          />
        ) : (
          t(line.person === '' ? 'desk.line.noPerson' : 'desk.line.noAction')
        )}
      </p>
      {found.length > 0 ? (
        <div
          className={styles['found']}
          role="listbox"
          id={`${id}-list`}
          aria-label={t('desk.line.people')}
        >
          {found.map((name, place) => (
            <div
              key={name}
              id={`${id}-${String(place)}`}
              role="option"
              tabIndex={-1}
              aria-selected={place === index}
              className={styles['foundOne']}
              onPointerDown={(event) => {
                event.preventDefault();
                complete(name);
              }}
            >
              <ForeignText text={name} />
            </div>
          ))}
        </div>
      ) : null}
    </div>
  );
}
