import { createInstance, type i18n as I18n } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { catalogue, type Language, type TextKey } from './catalogue.ts';

export type { Language, TextKey } from './catalogue.ts';
export type TextParams = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, params?: TextParams) => string;

export const i18n: I18n = createInstance();
void i18n.use(initReactI18next).init({
  lng: 'en',
  fallbackLng: 'en',
  resources: {
    en: { translation: catalogue.en },
    'zh-CN': { translation: catalogue['zh-CN'] },
  },
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  // React escapes what it renders.
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});

/** The translation function; components that use it render again when the language changes. */
export function useText(): Translate {
  const { t } = useTranslation(undefined, { i18n });
  return t as unknown as Translate;
}

/** The translation function of a language, whatever the window speaks: for texts that leave it. */
export function textIn(language: Language): Translate {
  return i18n.getFixedT(language) as unknown as Translate;
}

/** A text outside of React, in the current language. */
export function text(key: TextKey | (string & {}), params: TextParams = {}): string {
  return i18n.t(key, params);
}

/** Whether the catalogue has a text of this name: for codes that come from elsewhere. */
export function hasText(key: string): key is TextKey {
  return i18n.exists(key);
}

export async function setLanguage(language: Language): Promise<void> {
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}
