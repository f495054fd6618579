import type { AlertState } from '../../shared/projections/alert.ts';
import type { Folded } from '../../shared/projections/fold.ts';
import type { ImportState } from '../../shared/projections/import.ts';
import type { NoteState } from '../../shared/projections/note.ts';
import { readFreshness, retiringMoments, type Freshness } from '../../shared/projections/read.ts';
import type { SourceState } from '../../shared/projections/source.ts';
import type { EdgeState, NodeState } from '../../shared/projections/topology.ts';
import type { UnitsState } from '../../shared/projections/units.ts';
import { placesOf, type Places } from '../../shared/units/place.ts';
import { UNITS_THING } from '../../shared/facts/units.ts';
import { sourceThing } from '../../shared/facts/source.ts';

/** Which alerts name which service, and so on: what rows need to look up across things. */
export interface StateIndex {
  readonly states: ReadonlyMap<string, Folded>;
  readonly alertsByService: ReadonlyMap<string, ReadonlySet<string>>;
  readonly edgesByNode: ReadonlyMap<string, ReadonlySet<string>>;
  readonly alertsBySource: ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * When time alone may change a thing: the ends of an alert's leases, and of the time for which
   * something that no source mentions any more is still shown.
   */
  readonly leases: ReadonlyMap<string, readonly number[]>;
  readonly sources: ReadonlySet<string>;
  readonly incidents: ReadonlySet<string>;
  /** What people wrote of each incident: decisions, tasks, runs and so on. */
  readonly thingsOfIncident: ReadonlyMap<string, ReadonlySet<string>>;
  /** Notes that stand at another moment than they were placed at. */
  readonly movedNotes: ReadonlySet<string>;
  /** Imports that were taken back: what they brought is not shown. */
  readonly withdrawnImports: ReadonlySet<string>;
  /**
   * Facts of lines that another import which stands brought as well (two desks apart read the same
   * log): such a line is shown once.
   */
  repeatedLines(): ReadonlySet<string>;
  alertSources(): string[];
  /** Every alert that a source told of. */
  alertThings(): Iterable<string>;
  freshness(source: string, now: number): Freshness;
  /** Where things stand, by the room's units. */
  places(): Places;
  /**
   * Takes in a thing whose state changed or is new.
   * @returns the service that an alert named before and names no more
   */
  update(thing: string): string | null;
}

export function createStateIndex(states: ReadonlyMap<string, Folded>): StateIndex {
  const alertsByService = new Map<string, Set<string>>();
  const edgesByNode = new Map<string, Set<string>>();
  const alertsBySource = new Map<string, Set<string>>();
  const leases = new Map<string, readonly number[]>();
  const sources = new Set<string>();
  const incidents = new Set<string>();
  const thingsOfIncident = new Map<string, Set<string>>();
  const movedNotes = new Set<string>();
  const withdrawnImports = new Set<string>();
  const importedAgain = new Set<string>();
  const serviceOf = new Map<string, string>();
  let places: Places | null = null;

  function update(thing: string): string | null {
    const folded = states.get(thing);
    if (!folded) return null;
    let left: string | null = null;
    if (folded.noun === 'alert') {
      const state = folded.state as AlertState;
      const before = serviceOf.get(thing);
      if (before !== undefined && before !== state.service) {
        left = before;
        alertsByService.get(before)?.delete(thing);
        serviceOf.delete(thing);
      }
      if (state.service !== null) {
        addTo(alertsByService, state.service, thing);
        serviceOf.set(thing, state.service);
      }
      const ends: number[] = [];
      for (const [source, report] of Object.entries(state.reports)) {
        addTo(alertsBySource, source, thing);
        if (report.open && report.leaseUntil !== null) ends.push(report.leaseUntil);
      }
      noteEnds(thing, ends);
    } else if (folded.noun === 'edge') {
      const { from, to } = folded.state as EdgeState;
      addTo(edgesByNode, from, thing);
      addTo(edgesByNode, to, thing);
      noteEnds(thing, retiringMoments((folded.state as EdgeState).reports));
    } else if (folded.noun === 'node') {
      noteEnds(thing, retiringMoments((folded.state as NodeState).reports));
    } else if (folded.noun === 'note') {
      const { imports, moves } = folded.state as NoteState;
      if (moves.length > 0) movedNotes.add(thing);
      if (imports.length > 1) importedAgain.add(thing);
    } else if (folded.noun === 'import') {
      if ((folded.state as ImportState).withdrawn !== null) withdrawnImports.add(thing);
    } else if (folded.noun === 'units') {
      places = null;
    } else if (folded.noun === 'source') {
      sources.add((folded.state as SourceState).source);
    } else if (folded.noun === 'incident') {
      incidents.add(thing);
    } else {
      const { incident } = folded.state as { readonly incident?: unknown };
      if (typeof incident === 'string' && incident !== '') {
        addTo(thingsOfIncident, incident, thing);
      }
    }
    return left;
  }

  function noteEnds(thing: string, ends: readonly number[]): void {
    if (ends.length > 0) leases.set(thing, ends);
    else leases.delete(thing);
  }

  for (const thing of states.keys()) update(thing);

  return {
    states,
    alertsByService,
    edgesByNode,
    alertsBySource,
    leases,
    sources,
    incidents,
    thingsOfIncident,
    movedNotes,
    withdrawnImports,
    repeatedLines() {
      const repeated = new Set<string>();
      for (const thing of importedAgain) {
        const note = states.get(thing)?.state as NoteState | undefined;
        const standing = (note?.imports ?? []).filter((one) => !withdrawnImports.has(one.import));
        for (const { factId } of standing.slice(1)) repeated.add(factId);
      }
      return repeated;
    },
    alertSources() {
      const speaking = [...sources].filter((source) => {
        const state = states.get(sourceThing(source))?.state as SourceState | undefined;
        return state !== undefined && speaksOfAlerts(state.speaks);
      });
      return speaking.length > 0 ? speaking : [...alertsBySource.keys()];
    },
    *alertThings() {
      for (const [thing, { noun }] of states) if (noun === 'alert') yield thing;
    },
    freshness(source, now) {
      const folded = states.get(sourceThing(source));
      return readFreshness((folded?.state as SourceState | undefined) ?? null, now);
    },
    places() {
      const folded = states.get(UNITS_THING);
      places ??= placesOf(folded?.noun === 'units' ? (folded.state as UnitsState).rules : null);
      return places;
    },
    update,
  };
}

/** Sources of topology or changes say nothing about health. */
function speaksOfAlerts(speaks: string): boolean {
  return speaks !== 'topology' && speaks !== 'change' && speaks !== 'runbooks' && speaks !== '';
}

function addTo(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
