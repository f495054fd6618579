import { VisuallyHidden } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { setLanguage, useText } from '../i18n/text.ts';
import { Button } from '../kit/button.tsx';
import { EmptyState } from '../kit/empty-state.tsx';
import { shell } from '../room/core.ts';
import { applyTheme } from '../theme/tokens.ts';
import styles from './app.module.css';

/**
 * What is shown when the desk's page ended again and again. It reads nothing from the core: what
 * ended the desk must not end this.
 * @param looks language and theme as the shell knows them: `zh-CN,light`
 */
export async function startSafeMode(looks: string): Promise<void> {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  const [language, theme] = looks.split(',');
  applyTheme(theme === 'light' || theme === 'contrast' ? theme : 'dark');
  await setLanguage(language === 'zh-CN' ? 'zh-CN' : 'en');
  createRoot(root).render(<SafeMode />);
}

function SafeMode() {
  const t = useText();
  return (
    <main className={styles['opening']} aria-label={t('safe.title')} data-testid="safe-mode">
      <VisuallyHidden elementType="h1">{t('safe.title')}</VisuallyHidden>
      <EmptyState
        icon="warning"
        title={t('safe.title')}
        why={t('safe.why')}
        what={t('safe.what')}
        actions={
          <Button
            look="primary"
            autoFocus
            onPress={() => void shell('shell.start-again', {}).catch(() => {})}
            testId="safe-start-again"
          >
            {t('safe.again')}
          </Button>
        }
      />
    </main>
  );
}
