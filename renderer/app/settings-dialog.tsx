import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Answer } from '../../shared/ipc/contract.ts';
import { useText } from '../i18n/text.ts';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { clockStore } from '../kit/clock.ts';
import { Select } from '../kit/select.tsx';
import { useZone, zoneAt } from '../kit/zone.ts';
import { core } from '../room/core.ts';
import { closeDialog, openDialog } from '../room/navigation.ts';
import { toggleZone, updateSession, useSession } from '../room/session.ts';
import styles from './dialogs.module.css';
import { chooseRunbookFolder, disconnect, setPerson } from '../room/room-actions.ts';

/** Who, language, theme, gateway, local runbooks. Changes hold at once. */
export function SettingsDialog() {
  const t = useText();
  const session = useSession();
  const [person, setName] = useState(session?.person ?? '');
  const about = useAbout();
  const zone = useZone();
  const now = useStore(clockStore, (state) => Math.floor(state.now / 60_000) * 60_000);
  if (!session) return null;
  return (
    <Dialog title={t('settings.title')} isOpen onClose={closeDialog} testId="settings">
      <TextField
        label={t('settings.person')}
        hint={t('settings.person.hint')}
        value={person}
        onChange={setName}
        onBlur={() => setPerson(person)}
        onSubmit={() => setPerson(person)}
        testId="settings-person"
      />
      <div className={styles['pair']}>
        <Select
          label={t('settings.language')}
          value={session.language}
          options={[
            { value: 'en', label: 'English' },
            { value: 'zh-CN', label: '简体中文' },
          ]}
          onChange={(language) => updateSession({ language })}
          testId="settings-language"
        />
        <Select
          label={t('settings.theme')}
          value={session.theme}
          options={(['dark', 'light', 'contrast'] as const).map((theme) => ({
            value: theme,
            label: t(`settings.theme.${theme}`),
          }))}
          onChange={(theme) => updateSession({ theme })}
          testId="settings-theme"
        />
        <Select
          label={t('settings.zone')}
          value={zone}
          options={(['local', 'utc'] as const).map((value) => ({
            value,
            label: value === 'utc' ? t('settings.zone.utc') : zoneAt(now),
          }))}
          onChange={(value) => {
            if (value !== zone) toggleZone();
          }}
          testId="settings-zone"
        />
      </div>
      <section className={styles['section']} aria-label={t('settings.gateway')}>
        <h3 className={styles['heading']}>{t('settings.gateway')}</h3>
        <div className={styles['row']}>
          <div className={styles['what']}>
            <p>{session.gateway ?? t('settings.gateway.none')}</p>
            {session.gateway === null ? null : (
              <p className={styles['faint']}>
                {t(session.tokenKept ? 'settings.token.kept' : 'settings.token.once')}
              </p>
            )}
          </div>
          {session.gateway === null ? null : (
            <Button onPress={() => void disconnect()}>{t('settings.gateway.disconnect')}</Button>
          )}
          <Button onPress={() => openDialog('connect')}>{t('settings.gateway.change')}</Button>
        </div>
      </section>
      <section className={styles['section']} aria-label={t('settings.folder')}>
        <h3 className={styles['heading']}>{t('settings.folder')}</h3>
        <div className={styles['row']}>
          <p className={styles['what']}>{session.runbookFolder ?? t('settings.folder.none')}</p>
          <Button onPress={() => void chooseRunbookFolder()}>{t('settings.folder.choose')}</Button>
        </div>
      </section>
      {about ? (
        <section className={styles['section']} aria-label={t('settings.about')}>
          <h3 className={styles['heading']}>{t('settings.about')}</h3>
          <p className={styles['faint']}>
            {t('settings.about.text', {
              version: about.version,
              node: about.node,
              sqlite: about.sqlite ?? '–',
            })}
          </p>
          <p className={styles['faint']}>
            {t('settings.about.journal', { journal: about.journal ?? '–' })}
          </p>
        </section>
      ) : null}
    </Dialog>
  );
}

function useAbout(): Answer<'core.describe'> | null {
  const [about, setAbout] = useState<Answer<'core.describe'> | null>(null);
  useEffect(() => {
    let isShown = true;
    void core
      .ask('core.describe', {})
      .then((answer) => {
        if (isShown) setAbout(answer);
      })
      .catch(() => {});
    return () => {
      isShown = false;
    };
  }, []);
  return about;
}
