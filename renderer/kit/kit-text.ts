import { createContext, useContext } from 'react';
import type { words } from './words.ts';

/** The kit's texts; the application gives their translation, so that the kit knows no catalogue. */
type Singular<Key> = Key extends `${infer Base}_one` | `${infer Base}_other` ? Base : Key;
type KitKey = Singular<keyof (typeof words)['en']>;
export type KitTranslate = (
  key: KitKey,
  params?: Readonly<Record<string, string | number>>,
) => string;

export const KitTextContext = createContext<KitTranslate>((key) => key);

export function useKitText(): KitTranslate {
  return useContext(KitTextContext);
}
