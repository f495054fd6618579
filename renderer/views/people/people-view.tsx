import { useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { IncidentRow, RollCallRow } from '../../../shared/ipc/rows.ts';
import { directoryOf, nameKey, onCallAt, type Reach } from '../../../shared/people/directory.ts';
import { useText } from '../../i18n/text.ts';
import { Button } from '../../kit/button.tsx';
import { classes } from '../../kit/classes.ts';
import { EmptyState } from '../../kit/empty-state.tsx';
import { TextField } from '../../kit/field.tsx';
import { ForeignText } from '../../kit/foreign-text.tsx';
import { SentMark } from '../../kit/marks.tsx';
import { Panel } from '../../kit/panel.tsx';
import { Age, Time } from '../../kit/time.tsx';
import { VirtualGrid, type GridColumn } from '../../kit/virtual-grid.tsx';
import { useNow } from '../../room/now.ts';
import { useRowList } from '../../room/rows.ts';
import { useWriteBlock } from '../../room/write-block.ts';
import { AnswerDialog } from './answer-dialog.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { AnswerMark } from './answer-mark.tsx';
import { OnCallPart } from './on-call-part.tsx';
import { answer, usePeopleCommands } from './people-commands.ts';
import { openPeopleDialog, peopleStore } from './people-store.ts';
import styles from './people.module.css';
import { ReachLines } from './reach-lines.tsx';
import { calledRows, currentCall, teamCounts, type CalledRow } from './roll-call.ts';
import { StartDialog } from './start-dialog.tsx';

/** Whether everybody is here, who is not and how they are reached; who is on call; all contacts. */
export function PeopleView(props: { readonly incident: IncidentRow | null }) {
  const { incident } = props;
  const imports = useRowList('contacts');
  const calls = useRowList('rollCalls');
  const now = useNow();
  // By the minute: shifts and ages of days do not move by the second.
  const minute = Math.floor(now / 60_000) * 60_000;
  const directory = useMemo(() => directoryOf(imports), [imports]);
  const onCall = useMemo(() => onCallAt(imports, minute), [imports, minute]);
  const reachOf = useMemo(
    () => new Map(directory.map((reach) => [nameKey(reach.person), reach] as const)),
    [directory],
  );
  const call = currentCall(calls, incident?.key);
  const { dialog, called } = useStore(peopleStore);
  usePeopleCommands(incident, call, reachOf);
  return (
    <div className={styles['view']}>
      <div className={styles['main']}>
        <RollCallPart incident={incident} call={call} reachOf={reachOf} />
        <ContactsPart directory={directory} />
      </div>
      <aside className={styles['side']}>
        {call === null ? null : <MissingPart call={call} reachOf={reachOf} />}
        <OnCallPart onCall={onCall} reachOf={reachOf} now={minute} />
      </aside>
      {dialog === 'import' ? <ImportDialog /> : null}
      {call !== null && (dialog === 'answer' || dialog === 'join') ? (
        <AnswerDialog
          key={dialog}
          call={call}
          person={dialog === 'answer' ? called : null}
          directory={directory}
        />
      ) : null}
      {dialog === 'start' && incident ? <StartDialog incident={incident} onCall={onCall} /> : null}
    </div>
  );
}

type ReachOf = ReadonlyMap<string, Reach>;

function RollCallPart(props: {
  readonly incident: IncidentRow | null;
  readonly call: RollCallRow | null;
  readonly reachOf: ReachOf;
}) {
  const t = useText();
  const { incident, call, reachOf } = props;
  const block = useWriteBlock();
  const called = useStore(peopleStore, (state) => state.called);
  const rows = useMemo(() => (call === null ? [] : calledRows(call)), [call]);
  const columns = useCalledColumns(reachOf);
  const present = rows.filter((row) => row.answer === 'present').length;
  const missing = rows.length - present;
  const current = rows.find(({ key }) => key === called) ?? rows[0];
  const mayStart = incident?.status === 'active' && block === null;
  const start = (
    <Button
      size="s"
      look={call === null ? 'primary' : 'normal'}
      shortcut="R"
      isDisabled={!mayStart}
      onPress={() => openPeopleDialog('start')}
      testId="roll-call-start"
    >
      {t(call === null ? 'people.call.start' : 'people.call.again')}
    </Button>
  );
  return (
    <Panel
      title={t('people.call.title')}
      isScrolled={false}
      testId="roll-call"
      summary={
        call === null ? undefined : (
          <span className={styles['summary']}>
            <span data-testid="roll-call-counts">
              {t('people.call.counts', { present, all: rows.length })}
            </span>
            <strong className={missing === 0 ? styles['good'] : styles['bad']}>
              {missing === 0
                ? t('people.call.complete')
                : t('people.call.missing', { count: missing })}
            </strong>
            <SentMark sent={call.sent} isWordHidden />
          </span>
        )
      }
      toolbar={
        call === null ? undefined : (
          <>
            <Button
              size="s"
              shortcut="P"
              isDisabled={block !== null || current === undefined}
              onPress={() => current && void answer(call, current.person, true)}
              testId="roll-call-present"
            >
              {t('people.present')}
            </Button>
            <Button
              size="s"
              shortcut="A"
              isDisabled={block !== null || current === undefined}
              onPress={() => current && void answer(call, current.person, false)}
              testId="roll-call-absent"
            >
              {t('people.absent')}
            </Button>
            <Button
              size="s"
              shortcut="J"
              isDisabled={block !== null}
              onPress={() => openPeopleDialog('join')}
              testId="roll-call-join"
            >
              {t('people.call.join')}
            </Button>
            {start}
          </>
        )
      }
    >
      {call === null ? (
        <EmptyState
          icon="person"
          title={t(incident === null ? 'people.none.title' : 'people.call.none')}
          why={t(incident === null ? 'people.none.why' : 'people.call.none.why')}
          actions={incident === null ? null : start}
        />
      ) : (
        <>
          <p className={styles['strip']}>
            {teamCounts(rows).map(({ team, present: here, all }) => (
              <ForeignText
                key={team}
                text={t('people.call.team', {
                  team: team || t('people.call.noTeam'),
                  present: here,
                  all,
                })}
                className={classes(styles['chip'], here < all ? styles['bad'] : styles['soft'])}
              />
            ))}
            <span className={styles['soft']}>
              {t('people.call.by')} <ForeignText text={call.startedBy} />{' '}
              <Time moment={call.startedAt} />
            </span>
          </p>
          <VirtualGrid
            label={t('people.call.list')}
            columns={columns}
            rows={rows}
            currentKey={current?.key ?? null}
            onCurrent={(key, row) => peopleStore.setState({ called: key, person: row.person })}
            rowTone={(row) =>
              row.answer === 'present' ? 'none' : row.answer === 'absent' ? 'critical' : 'unknown'
            }
            testId="roll-call-grid"
          />
        </>
      )}
    </Panel>
  );
}

function useCalledColumns(reachOf: ReachOf): readonly GridColumn<CalledRow>[] {
  const t = useText();
  return useMemo(
    () => [
      {
        id: 'team',
        title: t('people.column.team'),
        width: 'minmax(0, 1fr)',
        render: ({ team }) => <ForeignText text={team || t('people.call.noTeam')} />,
      },
      {
        id: 'person',
        title: t('people.column.person'),
        width: 'minmax(0, 1.4fr)',
        render: ({ person, expected }) => (
          <>
            <ForeignText text={person} className={styles['name']} />
            {expected ? null : (
              <span className={styles['soft']}> · {t('people.call.unexpected')}</span>
            )}
          </>
        ),
      },
      {
        id: 'state',
        title: t('people.column.state'),
        width: 'minmax(0, 1fr)',
        render: ({ answer: given, comment }) => (
          <>
            <AnswerMark answer={given} />
            {comment === '' ? null : (
              <ForeignText text={` · ${comment}`} className={styles['soft']} />
            )}
          </>
        ),
      },
      {
        id: 'phone',
        title: t('people.column.phone'),
        width: 'minmax(0, 1.4fr)',
        render: ({ person }) => (
          <ForeignText
            text={reachOf.get(nameKey(person))?.phone ?? ''}
            className={styles['number']}
          />
        ),
      },
      {
        id: 'since',
        title: t('people.column.at'),
        width: 'minmax(0, 1fr)',
        render: ({ at }) => (at === null ? '' : <Time moment={at} />),
      },
    ],
    [t, reachOf],
  );
}

function MissingPart(props: { readonly call: RollCallRow; readonly reachOf: ReachOf }) {
  const t = useText();
  const missing = calledRows(props.call).filter((row) => row.answer !== 'present');
  if (missing.length === 0) return null;
  return (
    <Panel
      title={t('people.missing.title')}
      isPadded
      className={styles['part'] ?? ''}
      testId="roll-call-missing"
    >
      <ul className={styles['list']}>
        {missing.map((row) => (
          <li key={row.key} className={styles['entry']} data-testid="missing-person">
            <p className={styles['line']}>
              <ForeignText text={row.person} className={styles['name']} />
              <ForeignText text={row.team} className={styles['soft']} />
              <AnswerMark answer={row.answer} />
              <ForeignText text={row.comment} className={styles['soft']} />
            </p>
            <ReachLines reach={props.reachOf.get(nameKey(row.person)) ?? null} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface ContactLine extends Reach {
  readonly key: string;
}

function ContactsPart(props: { readonly directory: readonly Reach[] }) {
  const t = useText();
  const [query, setQuery] = useState('');
  const columns = useContactColumns();
  const person = useStore(peopleStore, (state) => state.person);
  const rows = useMemo((): ContactLine[] => {
    const wanted = query.trim().toLowerCase();
    return props.directory
      .filter((reach) =>
        [reach.person, reach.team, reach.role, reach.mail, reach.phone]
          .join('\n')
          .toLowerCase()
          .includes(wanted),
      )
      .map((reach) => ({ ...reach, key: nameKey(reach.person) }));
  }, [props.directory, query]);
  const openImport = (): void => openPeopleDialog('import');
  return (
    <Panel
      title={t('people.contacts.title')}
      isScrolled={false}
      testId="contacts"
      summary={props.directory.length > 0 ? props.directory.length : undefined}
      toolbar={
        <>
          {props.directory.length === 0 ? null : (
            <TextField
              label={t('people.contacts.find')}
              isLabelHidden
              placeholder={t('people.contacts.find')}
              value={query}
              onChange={setQuery}
              type="search"
              testId="contacts-find"
            />
          )}
          <Button size="s" shortcut="I" onPress={openImport} testId="people-import">
            {t('people.import')}
          </Button>
        </>
      }
    >
      {props.directory.length === 0 ? (
        <EmptyState
          icon="person"
          title={t('people.contacts.empty')}
          why={t('people.contacts.empty.why')}
          what={t('people.contacts.empty.what')}
          actions={<Button onPress={openImport}>{t('people.import')}</Button>}
        />
      ) : (
        <VirtualGrid
          label={t('people.contacts.list')}
          columns={columns}
          rows={rows}
          currentKey={person === null ? null : nameKey(person)}
          onCurrent={(_, row) => peopleStore.setState({ person: row.person })}
          empty={<p className={styles['note']}>{t('people.contacts.nothing')}</p>}
          testId="contacts-grid"
        />
      )}
    </Panel>
  );
}

function useContactColumns(): readonly GridColumn<ContactLine>[] {
  const t = useText();
  return useMemo(
    () => [
      ...(['team', 'person', 'role', 'phone', 'mail', 'chat'] as const).map(
        (column): GridColumn<ContactLine> => ({
          id: column,
          title: t(`people.column.${column}`),
          width: column === 'mail' ? 'minmax(0, 1.8fr)' : 'minmax(0, 1.2fr)',
          render: (reach) => (
            <ForeignText
              text={reach[column]}
              className={
                column === 'phone'
                  ? styles['number']
                  : column === 'person'
                    ? styles['name']
                    : undefined
              }
            />
          ),
        }),
      ),
      {
        id: 'age',
        title: t('people.column.age'),
        width: 'minmax(0, 0.8fr)',
        align: 'end' as const,
        render: (reach: ContactLine) => <Age moment={reach.importedAt} />,
      },
    ],
    [t],
  );
}
