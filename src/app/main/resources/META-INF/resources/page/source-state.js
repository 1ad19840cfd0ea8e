/* The state of one source, merged from updates that leave out unchanged parts. */
import { RollingRows } from './series.js';
import { isFar, isWatched, usual } from './calibration.js';
import { eventOf, incidentOf } from './words.js';

const MAX_ROWS = 1200;
const MAX_ITEMS = 60; // of the time line
const SEVERITIES = ['CRITICAL', 'WARNING', 'INFO'];

/** Commands that take effect once, with the words of the time line. */
const MOMENTARY = {
  'accept-normal': 'The current state was accepted as normal',
  arm: 'The learned state was accepted as normal',
  learn: 'The source learns again',
};

/** The open incidents, the most severe first, then the oldest. */
const byUrgency = incidents =>
  incidents
    .filter(({ endedAt }) => endedAt === null)
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.openedAt - b.openedAt,
    );

export class SourceState {
  at = 0;
  row = null;
  scales = [];
  last = null;
  /** Greatest length of a forecast in seconds; null if no equation uses earlier frames. */
  longestForecast = null;
  graph = null;
  trends = null;
  trendStart = 0;
  incidents = [];
  events = [];
  commands = [];
  commissioning = null;
  scores = new RollingRows(MAX_ROWS);
  drift = new RollingRows(MAX_ROWS);
  /** The event or incident whose frame is shown; null for the last frame. */
  shown = null;
  /** The frame of the pictures that are shown, if its figures are known. */
  pictured = null;

  /**
   * Takes an update.
   *
   * @return { graph, news }: true if the graph, or incidents, events and commands came with it
   */
  take(update) {
    this.at = update.at;
    this.row = update.row;
    this.scales = update.scales;
    this.last = update.last ?? this.last;
    this.longestForecast = update.longestForecast ?? null;
    if (update.trends) {
      this.trends = update.trends;
      this.trendStart = update.trendStart;
    }
    this.scores.add(update.scores);
    this.drift.add(update.drift);
    if (update.incidents) this.#takeNews(update);
    const graph = update.graph ?? this.graph ?? graphOf(this.last);
    const changed = JSON.stringify(graph) !== JSON.stringify(this.graph);
    this.graph = graph;
    return { graph: changed, news: Boolean(update.incidents) };
  }

  #takeNews({ incidents, events, commands, commissioning }) {
    this.incidents = incidents.map(incidentOf);
    this.events = (events ?? []).map(eventOf);
    this.commands = commands ?? [];
    this.commissioning = commissioning ?? null;
  }

  get isWatched() {
    return isWatched(this.row);
  }

  get openIncidents() {
    return byUrgency(this.incidents);
  }

  /** The calibration report of the present phase; null without one. */
  get report() {
    return this.commissioning?.phase === this.row.phase ? this.commissioning : null;
  }

  parents(latent) {
    return (this.graph?.edges ?? []).filter(({ to }) => to === latent).map(({ from }) => from);
  }

  usual(latent) {
    return usual(this.commissioning, latent);
  }

  isFar(latent, z) {
    return isFar(this.usual(latent), z);
  }

  /** The latents that cause the shown event, or else the most urgent incident. */
  get causes() {
    return ((this.shown ?? this.openIncidents[0])?.causes ?? []).map(({ latent }) => latent);
  }

  /** The frame whose figures are shown: that of the pictures, as soon as there is one. */
  get frame() {
    const pictured = this.pictured?.readings.length === this.last.readings.length;
    return pictured ? this.pictured : this.last;
  }

  /** The latents that the shown frame and those before it do not show; none of an event. */
  get unreadable() {
    return this.shown ? [] : (this.frame?.unreadable ?? []);
  }

  /** The readings with every latent that has causes at its expected value. */
  explained(readings) {
    return readings.map(({ latent, observed, expected }) =>
      this.parents(latent).length ? expected : observed,
    );
  }

  /** Commands that are in effect. */
  get standing() {
    return this.commands.filter(
      ({ kind, until }) => !(kind in MOMENTARY) && (until === null || until > this.at),
    );
  }

  eventsOf(incident) {
    return this.events.filter(({ incidentId }) => incidentId === incident.id);
  }

  /** Incidents, events of none of them, and momentary commands, the newest first. */
  timeline() {
    const known = new Set(this.incidents.map(({ id }) => id));
    return [
      ...this.incidents.map(incident => ({ at: incident.updatedAt, incident })),
      ...this.events
        .filter(({ incidentId }) => !known.has(incidentId))
        .map(event => ({ at: event.at, event })),
      ...this.commands
        .filter(({ kind }) => kind in MOMENTARY)
        .map(command => ({ at: command.at, command, words: MOMENTARY[command.kind] })),
    ]
      .sort((a, b) => b.at - a.at)
      .slice(0, MAX_ITEMS);
  }
}

/** A graph without edges, of the latents of a frame. */
const graphOf = frame => frame && { nodes: frame.readings.map(({ latent }) => latent), edges: [] };
