import { words as app } from '../app/words.ts';
import { words as commands } from '../commands/words.ts';
import { words as kit } from '../kit/words.ts';
import { words as evidence } from '../room/evidence/words.ts';
import { words as room } from '../room/words.ts';
import { words as actions } from '../views/actions/words.ts';
import { words as alerts } from '../views/alerts/words.ts';
import { words as clock } from '../views/clock/words.ts';
import { words as desk } from '../views/desk/words.ts';
import { words as imports } from '../views/imports/words.ts';
import { words as incident } from '../views/incident/words.ts';
import { words as map } from '../views/map/words.ts';
import { words as palette } from '../views/palette/words.ts';
import { words as people } from '../views/people/words.ts';
import { words as postMortem } from '../views/post-mortem/words.ts';
import { words as record } from '../views/record/words.ts';
import { words as runbooks } from '../views/runbooks/words.ts';
import { words as sources } from '../views/sources/words.ts';
import { words as start } from '../views/start/words.ts';
import { words as timeline } from '../views/timeline/words.ts';
import { words as units } from '../views/units/words.ts';
import { words as updates } from '../views/updates/words.ts';

/** Every text of the window, by feature; catalogue.test.ts holds the languages together. */
export const features = {
  app,
  commands,
  kit,
  room,
  actions,
  alerts,
  clock,
  desk,
  evidence,
  imports,
  incident,
  map,
  palette,
  people,
  postMortem,
  record,
  runbooks,
  sources,
  start,
  timeline,
  units,
  updates,
};

export const catalogue = {
  en: {
    ...app.en,
    ...commands.en,
    ...kit.en,
    ...room.en,
    ...actions.en,
    ...evidence.en,
    ...imports.en,
    ...alerts.en,
    ...clock.en,
    ...desk.en,
    ...incident.en,
    ...map.en,
    ...palette.en,
    ...people.en,
    ...postMortem.en,
    ...record.en,
    ...runbooks.en,
    ...sources.en,
    ...start.en,
    ...timeline.en,
    ...units.en,
    ...updates.en,
  },
  'zh-CN': {
    ...app['zh-CN'],
    ...commands['zh-CN'],
    ...kit['zh-CN'],
    ...room['zh-CN'],
    ...actions['zh-CN'],
    ...evidence['zh-CN'],
    ...imports['zh-CN'],
    ...alerts['zh-CN'],
    ...clock['zh-CN'],
    ...desk['zh-CN'],
    ...incident['zh-CN'],
    ...map['zh-CN'],
    ...palette['zh-CN'],
    ...people['zh-CN'],
    ...postMortem['zh-CN'],
    ...record['zh-CN'],
    ...runbooks['zh-CN'],
    ...sources['zh-CN'],
    ...start['zh-CN'],
    ...timeline['zh-CN'],
    ...units['zh-CN'],
    ...updates['zh-CN'],
  },
};

export type Language = keyof typeof catalogue;

/** `x_one` and `x_other` are asked for as `x`, with a count. */
type Singular<Key> = Key extends `${infer Base}_one`
  ? Base
  : Key extends `${infer Base}_other`
    ? Base
    : Key;
export type TextKey = Singular<keyof (typeof catalogue)['en']>;
