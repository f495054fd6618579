import { useEffect, useState } from 'react';
import type { Session } from '../../../shared/ipc/contract.ts';
import { useText } from '../../i18n/text.ts';
import { Banner } from '../../kit/banner.tsx';
import { Button } from '../../kit/button.tsx';
import { TextField } from '../../kit/field.tsx';
import { Icon, type IconName } from '../../kit/icons.tsx';
import { Select } from '../../kit/select.tsx';
import {
  connect,
  DEMO_SPEED,
  openDemo,
  openFile,
  openLiveRoom,
  reopenLiveRoom,
  setPerson,
} from '../../room/room-actions.ts';
import { flushSession, ROOM_WAS_OPEN, updateSession, useSession } from '../../room/session.ts';
import { ConnectForm } from './connect-form.tsx';
import styles from './start.module.css';

const SPEEDS = ['1', '10', '60', '600'] as const;

/** The first start: who, and where the facts come from. */
export function StartView() {
  const t = useText();
  const session = useSession();
  const [name, setName] = useState(session?.person ?? '');
  const [wasTried, setTried] = useState(false);
  const [speed, setSpeed] = useState<(typeof SPEEDS)[number]>(String(DEMO_SPEED) as '60');
  const [problem, tryAgain] = useRoomProblem(session);
  if (!session) return null;

  /** Runs an action once the person has said who they are. */
  const asSomebody = async <Value,>(
    act: () => Promise<Value>,
    otherwise: Value,
  ): Promise<Value> => {
    setTried(true);
    if (name.trim() === '') {
      document.querySelector<HTMLElement>('[data-testid="start-name"]')?.focus();
      return otherwise;
    }
    setPerson(name);
    await flushSession();
    return act();
  };

  return (
    <div className={styles['start']}>
      <main className={styles['sheet']}>
        <header className={styles['head']}>
          <div>
            <h1 className={styles['title']}>{t('start.title')}</h1>
            <p className={styles['lead']}>{t('start.lead')}</p>
          </div>
          <Select
            label={t('start.language')}
            isLabelHidden
            value={session.language}
            options={[
              { value: 'en', label: 'English' },
              { value: 'zh-CN', label: '简体中文' },
            ]}
            onChange={(language) => updateSession({ language })}
            testId="start-language"
          />
        </header>
        {problem === null ? null : (
          <Banner
            tone="critical"
            title={t('start.problem')}
            testId="start-problem"
            actions={
              <Button size="s" onPress={tryAgain}>
                {t('start.problem.again')}
              </Button>
            }
          >
            {problem}
          </Banner>
        )}
        <TextField
          className={styles['name']}
          label={t('start.name')}
          hint={t('start.name.hint')}
          value={name}
          onChange={setName}
          onBlur={() => setPerson(name)}
          error={wasTried && name.trim() === '' ? t('start.name.missing') : null}
          autoFocus={session.person === null}
          testId="start-name"
        />
        <div className={styles['ways']}>
          <Way icon="gateway" title={t('start.connect.title')} why={t('start.connect.why')}>
            <ConnectForm
              onConnect={(address, token, remember) =>
                asSomebody(() => connect(address, token, remember), t('start.name.missing'))
              }
            />
          </Way>
          <div className={styles['others']}>
            <Way icon="play" title={t('start.demo.title')} why={t('start.demo.why')}>
              <div className={styles['inline']}>
                <Button
                  icon="play"
                  onPress={() => void asSomebody(() => openDemo(Number(speed)), undefined)}
                  testId="start-demo"
                >
                  {t('start.demo')}
                </Button>
                <Select
                  label={t('start.demo.speed')}
                  isLabelHidden
                  value={speed}
                  options={SPEEDS.map((value) => ({ value, label: `${value}×` }))}
                  onChange={setSpeed}
                />
              </div>
            </Way>
            <Way icon="file" title={t('start.file.title')} why={t('start.file.why')}>
              <Button icon="folder" onPress={() => void openFile()} testId="start-file">
                {t('start.file')}
              </Button>
            </Way>
            <Way icon="desk" title={t('start.alone.title')} why={t('start.alone.why')}>
              <Button
                icon="arrow-right"
                onPress={() => void asSomebody(openLiveRoom, undefined)}
                testId="start-alone"
              >
                {t('start.alone')}
              </Button>
            </Way>
          </div>
        </div>
      </main>
    </div>
  );
}

function Way(props: {
  readonly icon: IconName;
  readonly title: string;
  readonly why: string;
  readonly children: React.ReactNode;
}) {
  return (
    <section className={styles['way']} aria-label={props.title}>
      <h2 className={styles['wayTitle']}>
        <Icon name={props.icon} />
        {props.title}
      </h2>
      <p className={styles['why']}>{props.why}</p>
      {props.children}
    </section>
  );
}

/**
 * Why the room of a desk that was in use before is not there: it is opened once more, and what
 * keeps it shut is told, so that nobody takes this for a first start.
 * @returns the sentence, or null; and what tries again
 */
function useRoomProblem(session: Session | null): [string | null, () => void] {
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const wasInUse = session?.layout[ROOM_WAS_OPEN] === true;
  useEffect(() => {
    if (!wasInUse) return;
    let isShown = true;
    void reopenLiveRoom().then((reason) => {
      if (isShown) setProblem(reason);
    });
    return () => {
      isShown = false;
    };
  }, [wasInUse, tries]);
  return [problem, () => setTries(tries + 1)];
}
