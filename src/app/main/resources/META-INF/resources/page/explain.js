/* Every statistic and every kind of event, in plain words. */
import { h } from './dom.js';
import { button } from './parts.js';

/** [title, entries] of each section; an entry has an anchor or null, a term, words and its level. */
const SECTIONS = [
  [
    'The method',
    [
      [
        'residual',
        'Residual',
        'A model has learned which quantities of the pictures cause which others. Each quantity is one number, a latent. From the causes it computes the expected value of a latent; the difference is the residual. If it is near zero, the mechanism works as in training. If it is far from zero, this mechanism itself has changed, not only its causes. Residuals are given in standard deviations (sd) of normal frames, so 3 is far for any of them. A latent without causes, a root, has as its residual the distance from its usual values.',
      ],
      [
        'unreadable',
        'Unreadable',
        'Something covers or dazzles a latent, or it shows a value that the training did not have: the model cannot draw its part of the picture. Its value means nothing then, so the page shows since when, and its last value. It is readable again after eight frames in a row that show it. Its effects cannot be tested without it, and frames that do not show all latents enter no test over several frames. If eight of the last 32 frames do not show it, an incident opens, unless a fault of the camera explains that, or the latent was about to leave the values of the training.',
      ],
      [
        'graph',
        'The graph of mechanisms',
        'An arrow points from a cause to its effect. A thicker arrow means that the search found it in more resamples of the training data; a dashed arrow was found in less than half of them. When a mechanism breaks, its latent and the arrows into it are red: that equation is no longer valid. Latents further down may move too, but they follow their causes and stay unmarked.',
      ],
      [
        'pictures',
        'Seen, expected, difference',
        'Seen is the frame in the size that the model reads. Expected is drawn by the model: every latent with causes is set to the value that its causes explain, every root keeps its observed value. The difference is black at pixels that agree, then red and yellow, and white at the largest difference; differences below a tenth of the full brightness stay dark. A little red at edges is blur of the model.',
      ],
      [
        'evidence',
        'Evidence of an incident',
        'The model that scored the frame draws these pictures when an incident opens, and again when its subject is known. They are stored separately, so they stay when frames and models are removed. If the subject is a latent, the expected picture has its expected value, and the third picture marks the place of its deviation in the frame. A fault of the camera has the frame alone, silence has no picture.',
      ],
    ],
  ],
  [
    'Statistics',
    [
      [
        'p-value',
        'p-value',
        'The share of normal frames that are at least as unusual as this one, by comparison with frames that were set aside in training. 0.01 is one frame in a hundred. It is valid as long as normal frames are like those frames. At twenty frames per second a p-value of 0.001 occurs by chance every minute; alarms use a far smaller share.',
      ],
      [
        'drift',
        'Drift statistic and threshold',
        'The detector looks at many frames together, over windows of 1 to 128 frames and two longer memories, and tests if their residuals still have the distribution of the training: means, spread and shape. The largest of all these tests is the statistic. A drift is reported when it reaches the threshold. A source that behaves as in training reaches the threshold once in a given number of frames on average, by default once per week; that number is the run length.',
      ],
      [
        'scales',
        'Scales',
        'One row for each window length. A short window responds to sudden large changes, a long one to small lasting ones. It is red if the statistic of that window alone is beyond the threshold.',
      ],
      [
        'days',
        'The past of a source',
        'Drift and residuals over up to 28 days, by the minute for the last hours and by the quarter of an hour before: the mean of each period, and the value furthest from zero. In the heat map each day is a row, so an effect that returns at the same time of day is a column. The time before this service started is filled in from stored scores: some frames from the beginning of each quarter of an hour, so a short event may be missing there. Incidents are always complete.',
      ],
      [
        'picture',
        'Picture statistic',
        'A second detector of this kind watches how well the model redraws the frame, and pixels that never vary. It detects changes that no latent represents: an unknown object, a dirty lens.',
      ],
      [
        'normal',
        'Normal state',
        'Every camera differs a little from those of the training. So each source first learns the level, spread and autocorrelation of its residuals, and Residua then watches it with them. Level and spread are in standard deviations of the model: a source like those of the training has 0 and 1. The lag-one correlation says how similar consecutive frames are; the more similar, the more frames make one effective sample. The slope is 1 if the equation of the model is correct. A calibration that rests on less than a day is provisional. Recalibration is proposed if the p-values of a latent are no longer uniform over at least a day: nothing changes until a person lets the source learn again.',
      ],
      [
        'smallest',
        'Smallest change',
        'The smallest lasting change of a latent that its detector finds on average within a minute, an hour or a day, if its residuals are otherwise as they were learned. It is in the unit of the latent: an offset, or, of a latent that integrates its causes, a push on its rate of change, such as a leak. Larger changes are found earlier. A smaller false-alarm budget makes all of them larger.',
      ],
      [
        'run-length',
        'Run length of nominal frames',
        'An extrapolation of how often the nominal frames of this source come near the threshold. If it is much smaller than the run length of the threshold, the source varies more than the frames of the training, and raises more false alarms.',
      ],
    ],
  ],
  [
    'States of a source',
    [
      ['states', 'Normal', 'Frames arrive, and no detector reports anything.'],
      [
        null,
        'Anomalous',
        'An incident is open that is not a drift: a mechanism has changed, frames are unusual, or the camera is at fault.',
      ],
      [
        null,
        'Drifting',
        'The distribution of the residuals has left its reference, slowly or suddenly; the mechanism at fault is not known yet, or cannot be known.',
      ],
      [
        null,
        'Silent',
        'No frame has arrived for twenty times the usual interval, at least ten seconds. Residua cannot evaluate missing frames.',
      ],
      [
        null,
        'Not watched',
        'No calibration applies to the source yet: it still learns its normal state, or the learned state needs a review. Only faults of the camera and silence are reported.',
      ],
      [
        'learning',
        'Learning',
        'The source learns its normal state from frames without faults. A source that learns again is meanwhile watched with the state that was accepted last.',
      ],
      [
        'review',
        'Needs a review',
        'The learned state differs too much from the accepted one, or changed while it was learned. Look at the picture: accept the state if the camera shows the right scene, otherwise correct the camera and let the source learn again.',
      ],
      [
        null,
        'Warming up',
        'The longest window of the drift detector is not filled yet. Unusual frames are reported nevertheless.',
      ],
      [
        null,
        'Maintenance',
        'An operator silenced the source for some time. Frames are scored, but no incident opens; one whose cause persists opens afterwards.',
      ],
    ],
  ],
  [
    'Events',
    [
      [
        'events',
        'Incident',
        'One problem of one source. It opens with the first alarm, escalates when more is known or it lasts, and resolves after enough nominal frames in a row. It reopens with its old id if the problem returns soon. Alerts are sent for incidents; an incident consists of the events below.',
      ],
      [
        'anomaly',
        'Anomaly',
        'An unusual frame; a series of them is reported once, at the first. Its kinds:',
      ],
      [
        'RESIDUAL',
        'Residual',
        'A latent differs from the value that its causes explain, or a root is outside its usual range, while the picture is of the known kind.',
        1,
      ],
      [
        'OFF_MANIFOLD',
        'Off manifold',
        'The model cannot redraw the frame: an unknown object, something in front of the lens, damage.',
        1,
      ],
      [
        'APPEARANCE',
        'Appearance',
        'Pixels that never vary have changed: light, exposure, lens. No mechanism is named, since all latents depend on the changed picture.',
        1,
      ],
      ['DARK', 'Dark', 'Hardly any light reaches the camera.', 1],
      ['SATURATED', 'Saturated', 'Nearly all of the picture is at the end of the range.', 1],
      ['FROZEN', 'Frozen', 'The camera repeats one picture.', 1],
      [
        'TORN',
        'Torn',
        'A part of the picture is displaced from the rest, as after a transmission error.',
        1,
      ],
      ['BLURRED', 'Blurred', 'The picture has lost its edges.', 1],
      [
        'MOVED',
        'Moved',
        'The camera was moved, turned or zoomed: the still background is at another place in the picture. The event has the distance.',
        1,
      ],
      [
        'VARIABLE_MISSING',
        'Variable missing',
        'Frames lack a variable of the model, such as a reading of a machine. Mechanisms that depend on it are not evaluated.',
        1,
      ],
      [
        'UNREADABLE',
        'Unreadable',
        'The picture does not show some latents: something covers or dazzles them, or they are far from the values of the training. They and their effects are not evaluated.',
        1,
      ],
      [
        'drift-event',
        'Drift',
        'Onset: a drift statistic has reached its threshold. End: it has stayed below a lower level long enough. The channel names the numbers: residuals, picture, or evidence, a bet against the p-values that is valid at any time and opens no incident.',
      ],
      [
        'intervention',
        'Intervention',
        'Some frames after an alarm, the changed mechanism and the kind of its change are known.',
      ],
      ['OUTLIER', 'Outlier', 'Single frames are unusual, those between them are normal.', 1],
      [
        'HARD_INTERVENTION',
        'Hard intervention',
        'The latent stays at one value, independently of its causes.',
        1,
      ],
      [
        'STOCHASTIC_INTERVENTION',
        'Stochastic intervention',
        'The latent has a distribution of its own, independently of its causes.',
        1,
      ],
      [
        'MECHANISM_CHANGE',
        'Mechanism change',
        'The latent still depends on its causes, but by another equation.',
        1,
      ],
      ['OFFSET', 'Offset', 'A constant is added to the latent.', 1],
      [
        'NOISE_CHANGE',
        'Noise change',
        'The latent varies more, or less, than usual around the value that its causes explain.',
        1,
      ],
      [
        'BALANCE_CHANGE',
        'Balance change',
        'The latent gains or loses more over time than its causes explain.',
        1,
      ],
      [
        'RESPONSE_CHANGE',
        'Response change',
        'The latent follows its causes faster or slower than before.',
        1,
      ],
      ['DELAY_CHANGE', 'Delay change', 'The latent follows a cause earlier or later.', 1],
      [
        'COVARIATE_DRIFT',
        'Covariate drift',
        'A latent without causes has moved within its normal range. The mechanisms are unchanged; the scene has changed. A lasting shift leads to a training.',
        1,
      ],
      [
        'APPEARANCE_SHIFT',
        'Appearance shift',
        'The picture as a whole changed, so residuals give no information about mechanisms.',
        1,
      ],
      ['FROZEN_CAMERA', 'Frozen camera', 'The camera repeats a picture: nothing moves at all.', 1],
      ['UNKNOWN', 'Unknown', 'Something changed, and none of the latents is its cause.', 1],
      [
        'dead-letters',
        'Refused frames',
        'A record that is damaged, too large, a duplicate or not a frame is not scored. It is stored unchanged on the topic of dead letters with the reason in its headers; residua dead-letters lists them.',
      ],
    ],
  ],
  [
    'Actions',
    [
      [
        'feedback',
        'True alarm, false alarm',
        'A verdict on an incident. It changes no detector; it is counted and stays with the incident. A false alarm is closed.',
      ],
      [
        'precision',
        'Precision of the alarms',
        'The share of true alarms among the incidents that were reviewed, with its 95 % interval. The interval is valid if the reviewed incidents are a fair sample: review the uninteresting ones too. An incident that continued under another diagnosis, or became a part of another, counts once.',
      ],
      [
        'proposals',
        'Proposals',
        'Three false alarms of the last four weeks that one change would have avoided make a proposal: shifts of one latent up to a margin pass, and the margin is below every true alarm of these sources; a source learns again; or several sources get a smaller budget of false alarms. Nothing changes until a person applies the proposal. Decisions are on the control topic with name and reason, and verdicts from before a decision no longer count.',
      ],
      [
        'acknowledge',
        'Acknowledge, assign, note',
        'Stores who is responsible for an incident, and the findings of a person. Receivers of alerts then get no reminders, and PagerDuty shows the incident as acknowledged.',
      ],
      [
        'accept-normal',
        'Accept as normal',
        'The residuals of the last frames become the normal state: the detectors restart from them, and an open incident is resolved. Use it for an intended, lasting change.',
      ],
      [
        'arm',
        'Accept as normal …, after a review',
        'Accepts the learned state: the source is watched with it from the next frame on.',
      ],
      [
        'learn',
        'Learn again',
        'The source learns its normal state from its next frames. Use it for a camera that was moved, cleaned or exchanged. The state that was accepted last applies meanwhile.',
      ],
      [
        'silence',
        'Silence',
        'No incident opens for some time. Use it for work on the machine or the camera.',
      ],
      [
        'gate',
        'The gate',
        'Before a new model is used, it is compared with the model in use, both on the same held-out frames and the same injected faults. It passes if no rule finds it worse and one finds evidence that it is better: after a tie the old model stays in use. Each rule is listed with both figures and the bound for the new one.',
      ],
      [
        'promote',
        'Promote, roll back',
        'Changes the model in use in every process, from a recorded offset of each partition on, so every frame has exactly one model. Rolling back returns to the previous model.',
      ],
    ],
  ],
];

export function explain(root, { live }, anchor) {
  live.see({ see: 'nothing' });
  const sections = SECTIONS.map(([title, entries]) => ({
    title,
    heading: h('h2', { tabindex: -1 }, title),
    list: h('dl', null, entries.map(entryOf)),
  }));
  const links = sections.map(({ title, heading }) =>
    button(title, () => show(heading, 'start'), { class: 'quiet' }),
  );
  const contents = h('nav', { class: 'panel contents', 'aria-label': 'On this page' }, links);
  const parts = sections.map(({ heading, list }) => h('section', null, heading, list));
  const article = h('article', { class: 'prose' }, parts);
  const body = h('div', { class: 'panel' }, h('div', { class: 'body' }, article));
  root.append(
    h('h1', null, 'Meaning of figures and events'),
    h('div', { class: 'explained' }, contents, body),
  );
  const target = anchor && document.getElementById(`about-${anchor}`);
  if (target) {
    target.classList.add('target');
    requestAnimationFrame(() => show(target, 'center'));
  }
}

function entryOf([anchor, term, words, level]) {
  const attributes = {
    class: level ? 'kind' : null,
    id: anchor && `about-${anchor}`,
    tabindex: anchor ? -1 : null,
  };
  return h('div', attributes, h('dt', null, term), h('dd', null, words));
}

function show(element, block) {
  element.scrollIntoView({ block });
  element.focus({ preventScroll: true });
}
