/* Every statistic and every kind of event, in plain words. */
import { h } from './dom.js';

const SECTIONS = [
  [
    'What Residua does',
    [
      [
        'residual',
        'Residual',
        'A model has learnt which things in the pictures cause which others, each as one number, a latent. From the causes it computes the expected value of a latent; the difference is the residual. Near zero, the mechanism works as in training. Far from zero, this mechanism itself has changed, not only its causes. Residuals are given in standard deviations (sd) of normal frames, so that 3 is far for any of them. A latent without causes, a root, has as its residual the distance from its usual values.',
      ],
      [
        'graph',
        'The graph of mechanisms',
        'An arrow says that the latent at its start is a cause of the one at its end; a thicker arrow was found in more of the resamples of the training data, a dashed one in less than half of them. When a mechanism breaks, its latent and the arrows into it are red: that equation no longer holds. Latents further down may move too, but they follow their causes and stay unmarked.',
      ],
      [
        'pictures',
        'Seen, expected, difference',
        "Seen is the frame in the size that the model reads. Expected is drawn by the model: every latent with causes is set to the value that its causes explain, every root keeps its observed value. The difference is black where both agree and goes over red and yellow to white where they differ most; differences below a tenth of the full brightness stay dark. A little red at edges is the model's own blur.",
      ],
      [
        'evidence',
        'Evidence of an incident',
        'These pictures are drawn when an incident opens, and again when it is known what it is about, by the model that scored the frame. They are stored on their own, so they stay when frames and models are removed. Where a latent is the subject, the expected picture has its expected value, and the third picture shows where in the frame its deviation shows. A fault of the camera has the frame alone, silence has none.',
      ],
    ],
  ],
  [
    'Statistics',
    [
      [
        'p-value',
        'p-value',
        'How often a normal frame is at least as odd as this one, by comparison with frames that were set aside in training. 0.01 is one frame in a hundred. It holds as long as normal frames are like those frames. At twenty frames a second a p-value of 0.001 comes by chance every minute; alarms use a far smaller share.',
      ],
      [
        'drift',
        'Drift statistic and threshold',
        'Looks at many frames together, over windows of 1 to 128 frames and two longer memories, and asks whether their residuals still have the distribution they had in training: their means, their spread and their shape. The largest of all these charts is the statistic. A drift is reported where it reaches the threshold. The threshold is set so that a source which behaves as in training reaches it once in a given number of frames on average, by default once a week; that number is the run length.',
      ],
      [
        'scales',
        'Scales',
        'One row for each window length. A short window responds to sudden large changes, a long one to small lasting ones. Red where the statistic of that window alone is beyond the threshold.',
      ],
      [
        'days',
        'The past of a source',
        'Drift and residuals over up to 28 days, by the minute for the last hours and by the quarter of an hour before: of each stretch the mean, and the value furthest from zero. Days stand side by side in the heat map, so that what returns at the same time of day is a column. What was before this service started is filled in from stored scores: of each quarter of an hour some frames from its beginning, so that a short event may be missing there. Incidents are always complete.',
      ],
      [
        'picture',
        'Picture statistic',
        'A second detector of the same kind that watches how well the model redraws the frame, and pixels that never vary. It detects what no latent represents: an unknown object, a dirty lens.',
      ],
      [
        'normal',
        'What is normal here',
        'Every camera differs a little from those that a model was trained on. So a source first learns its own level, spread and autocorrelation of every residual, and then is watched with them. Level and spread are in standard deviations of the model: 0 and 1 are a source like those of the training. The lag-one correlation says how much consecutive frames resemble each other; the more they do, the more frames make one effective sample. The slope is 1 where the equation of the model holds. A calibration that rests on less than a day is provisional. Recalibration is proposed where the p-values of a latent are no longer uniform over at least a day: nothing is changed until a person lets the source learn again.',
      ],
      [
        'run-length',
        'Run length of quiet stretches',
        "How often this source's own quiet stretches come near the threshold, extrapolated. Much smaller than what the threshold was set for: the source is livelier than the frames of the training, and gives more false alarms.",
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
        'An incident is open that is no drift: a mechanism was changed, frames are odd, or the camera is at fault.',
      ],
      [
        null,
        'Drifting',
        'The distribution of the residuals has left its reference, slowly or suddenly; the mechanism that moved is not known yet, or cannot be known.',
      ],
      [
        null,
        'Silent',
        'No frame for twenty times the usual interval, ten seconds at least. Residua cannot evaluate missing frames.',
      ],
      [
        null,
        'Not watched',
        'No calibration holds for the source yet: it still learns what is normal for it, or what it learned needs a review. Only faults of the camera and silence are reported.',
      ],
      [
        'learning',
        'Learning',
        'The source learns what is normal for it, from frames without faults. A source that learns again is watched with what was accepted last meanwhile.',
      ],
      [
        'review',
        'Needs a review',
        'What the source learned differs too much from what was accepted before, or changed while it was learned. Look at the picture: accept it if the camera shows what it should, otherwise correct the camera and let it learn again.',
      ],
      [
        null,
        'Warming up',
        'The longest window of the drift detector is not filled yet. Odd frames are reported nevertheless.',
      ],
      [
        null,
        'Maintenance',
        'An operator silenced it for some time. Frames are scored, but no incident opens; one whose cause persists opens afterwards.',
      ],
    ],
  ],
  [
    'Events',
    [
      [
        'events',
        'Incident',
        'One problem of one source. It opens with the first alarm, escalates when more is known or it lasts, and resolves when enough frames in a row are quiet. It reopens under the same id if the problem returns soon. Alerts are sent for incidents; an incident consists of the events below.',
      ],
      [
        'anomaly',
        'Anomaly',
        'An odd frame; a series of them is reported once, at the first. Its kinds:',
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
        'A part of the picture is displaced against the rest, as after a transmission error.',
        1,
      ],
      ['BLURRED', 'Blurred', 'The picture has lost its edges.', 1],
      [
        'MOVED',
        'Moved',
        'The camera was moved, turned or zoomed: the still background lies elsewhere in the picture. The event says by how much.',
        1,
      ],
      [
        'VARIABLE_MISSING',
        'Variable missing',
        'Frames lack a variable of the model, such as a reading of a machine. What depends on it is not evaluated.',
        1,
      ],
      [
        'drift-event',
        'Drift',
        'Onset: a drift statistic has reached its threshold. End: it has stayed below a lower level long enough. The channel says which numbers: residuals, picture, or evidence, a bet against the p-values that may be looked at at any time and opens no incident.',
      ],
      [
        'intervention',
        'Intervention',
        'Some frames after an alarm the change is typed and localised: which mechanism, and how it changed.',
      ],
      ['OUTLIER', 'Outlier', 'Single frames are off, those between them are normal.', 1],
      [
        'HARD_INTERVENTION',
        'Hard intervention',
        'The latent is held at one value, whatever its causes do.',
        1,
      ],
      [
        'STOCHASTIC_INTERVENTION',
        'Stochastic intervention',
        'The latent is drawn from a law of its own, whatever its causes do.',
        1,
      ],
      [
        'MECHANISM_CHANGE',
        'Mechanism change',
        'The latent still depends on its causes, but differently.',
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
        'COVARIATE_DRIFT',
        'Covariate drift',
        'A latent without causes has moved within its normal range. The mechanisms hold; the scene has changed. A lasting shift leads to a training.',
        1,
      ],
      [
        'APPEARANCE_SHIFT',
        'Appearance shift',
        'The picture as a whole changed, so that residuals give no information about mechanisms.',
        1,
      ],
      ['FROZEN_CAMERA', 'Frozen camera', 'The camera repeats a picture: nothing moves at all.', 1],
      ['UNKNOWN', 'Unknown', 'Something changed, and no latent is its cause.', 1],
      [
        'dead-letters',
        'Refused frames',
        'A record that is no frame, is damaged, too large or a duplicate is not scored. It is stored unchanged on the topic of dead letters with the reason in its headers; residua dead-letters lists them.',
      ],
    ],
  ],
  [
    'What you can do',
    [
      [
        'feedback',
        'True alarm, false alarm',
        'A verdict on an incident. It changes no detector; it is counted and stays with the incident. A false alarm is closed.',
      ],
      [
        'precision',
        'Precision of the alarms',
        'The share of true alarms among the incidents that were reviewed, with its 95 % interval. The interval holds if the reviewed ones are a fair sample: review the uninteresting ones too. An incident that went on under another diagnosis, or became a part of another, counts once.',
      ],
      [
        'proposals',
        'Proposals',
        'Three false alarms of the last four weeks that one change would have spared make a proposal: shifts of one latent up to a margin pass, which never reaches a true alarm of the same sources; a source learns again; or several sources get a smaller budget of false alarms. Nothing changes until a person applies it. What was decided stands on the control topic with name and reason, and verdicts from before count no more.',
      ],
      [
        'acknowledge',
        'Acknowledge, assign, note',
        'Stores who is responsible for an incident, and what a person found. Receivers of alerts then get no reminders, and PagerDuty shows the incident as acknowledged.',
      ],
      [
        'accept-normal',
        'Accept as normal',
        'The residuals of the last frames are normal from now on: the detectors restart from them, and an open incident is resolved. For an intended, lasting change.',
      ],
      [
        'arm',
        'Accept as normal …, after a review',
        'What the source learned is normal: it is watched with it from the next frame on.',
      ],
      [
        'learn',
        'Learn again',
        'The source learns from its next frames what is normal. For a camera that was moved, cleaned or exchanged. What was accepted last holds meanwhile.',
      ],
      [
        'silence',
        'Silence',
        'No incident opens for some time. For work on the machine or the camera.',
      ],
      [
        'gate',
        'The gate',
        'Before a new model is used it is compared with the one in use on the same held-out frames and the same injected faults. It passes if no rule finds it worse and one finds evidence that it is better: a tie keeps the model in use. Each rule is listed with both figures and the bound for the new one.',
      ],
      [
        'promote',
        'Promote, roll back',
        'Changes the model in use on every process, from a recorded offset of each partition on, so that every frame has exactly one model. Rolling back returns to the previous model.',
      ],
    ],
  ],
];

export function explain(root, { live }, [anchor]) {
  live.see({ see: 'nothing' });
  const article = h('article', { class: 'prose' });
  const contents = h('nav', { class: 'panel contents', 'aria-label': 'On this page' });
  for (const [title, entries] of SECTIONS) {
    const heading = h('h2', { tabindex: -1 }, title);
    contents.append(
      h(
        'button',
        {
          type: 'button',
          class: 'quiet',
          onclick: () => {
            heading.scrollIntoView({ block: 'start' });
            heading.focus({ preventScroll: true });
          },
        },
        title,
      ),
    );
    article.append(
      h(
        'section',
        null,
        heading,
        h(
          'dl',
          null,
          entries.map(([id, term, words, level]) =>
            h(
              'div',
              {
                class: level ? 'kind' : null,
                id: id ? `about-${id}` : null,
                tabindex: id ? -1 : null,
              },
              h('dt', null, term),
              h('dd', null, words),
            ),
          ),
        ),
      ),
    );
  }
  root.append(
    h('h1', null, 'What the figures and events mean'),
    h(
      'div',
      { class: 'explained' },
      contents,
      h('div', { class: 'panel' }, h('div', { class: 'body' }, article)),
    ),
  );
  const target = anchor && document.getElementById(`about-${anchor}`);
  if (target) {
    target.classList.add('target');
    requestAnimationFrame(() => {
      target.scrollIntoView({ block: 'center' });
      target.focus({ preventScroll: true });
    });
  }
}
