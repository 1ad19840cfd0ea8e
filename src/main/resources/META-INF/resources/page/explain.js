/* Every statistic and every kind of event, in plain words. */
import { h } from './dom.js';

const SECTIONS = [
  ['What Residua does', [
    ['residual', 'Residual', 'A model has learnt which things in the pictures cause which others, each as one number, a latent. From the causes it works out what a latent should be; what is left over is the residual. Near zero: the mechanism works as it did in training. Far from zero: this mechanism, and not only its surroundings, has changed. Residuals are given in standard deviations (sd) of normal frames, so that 3 is far for any of them. A latent without causes, a root, has as its residual the distance from its usual values.'],
    ['graph', 'The graph of mechanisms', 'An arrow says that the latent at its start is a cause of the one at its end; a thicker arrow was found in more of the resamples of the training data, a dashed one in less than half of them. When something breaks, the latent at fault and the arrows into it are red: that equation no longer holds. Latents further down may move too, but follow their causes, and stay unmarked.'],
    ['pictures', 'Seen, expected, difference', 'Seen is the frame in the size that the model reads. Expected is drawn by the model: every latent that has causes is put to what its causes explain, every root stays as it was seen. The difference is black where both agree and goes over red and yellow to white where they differ most; what differs by less than a tenth of the full brightness stays dark. A little red at edges is the model\'s own blur.'],
  ]],
  ['Statistics', [
    ['p-value', 'p-value', 'How often a normal frame is at least as odd as this one, by comparison with frames that were set aside in training. 0.01 is one frame in a hundred. It holds as long as normal frames are like those frames. At twenty frames a second a p-value of 0.001 comes by chance every minute; alarms use a far smaller share.'],
    ['drift', 'Drift statistic and threshold', 'Looks at many frames together, over windows of 1 to 128 frames and two longer memories, and asks whether their residuals still have the distribution they had in training: their means, their spread and their shape. The largest of all these charts is the statistic. A drift is reported where it reaches the threshold. The threshold is set so that a source which behaves as in training reaches it once in a given number of frames on average, by default once a week; that number is the run length.'],
    ['scales', 'Scales', 'One row for each window length. A short window answers sudden large changes, a long one small lasting ones. Red where the statistic of that window alone is beyond the threshold.'],
    ['picture', 'Picture statistic', 'A second detector of the same kind that watches how well the model redraws the frame, and pixels that never vary. It sees what no latent stands for: an unknown object, a dirty lens.'],
    ['run-length', 'Run length of quiet stretches', 'How often this source\'s own quiet stretches come near the threshold, extrapolated. Much smaller than what the threshold was set for: the source is livelier than the frames of the training, and gives more false alarms.'],
  ]],
  ['States of a source', [
    ['states', 'Normal', 'Frames come, and no detector objects.'],
    [null, 'Anomalous', 'An incident is open that is no drift: a mechanism was changed, frames are odd, or the camera is at fault.'],
    [null, 'Drifting', 'The distribution of the residuals has left its reference, slowly or suddenly, and it is not known yet, or cannot be known, which mechanism moved.'],
    [null, 'Silent', 'No frame for twenty times the usual pause, ten seconds at least. Nothing can be said of what nobody sees.'],
    [null, 'Warming up', 'The longest window of the drift detector is not filled yet. Odd frames are reported all the same.'],
    [null, 'Maintenance', 'Someone silenced it for a while. Frames are scored, but no incident opens; one that is still on afterwards opens then.'],
  ]],
  ['Events', [
    ['events', 'Incident', 'One problem of one source. It opens with the first alarm, escalates when more is known or it lasts, and resolves when enough frames in a row are quiet. It comes back under the same name if it does so soon. Alerts are sent for incidents; the events below say what they are made of.'],
    ['anomaly', 'Anomaly', 'One odd frame, told at the first of a row of them. Its kinds:'],
    ['RESIDUAL', 'Residual', 'A latent is not what its causes explain, or a root is outside its usual range, while the picture is of the known kind.', 1],
    ['OFF_MANIFOLD', 'Off manifold', 'The model cannot redraw the frame: an unknown object, something in front of the lens, damage.', 1],
    ['APPEARANCE', 'Appearance', 'Pixels that never vary have changed: light, exposure, lens. No mechanism is named, since all latents are read through the changed picture.', 1],
    ['DARK', 'Dark', 'Hardly any light reaches the camera.', 1],
    ['SATURATED', 'Saturated', 'Nearly all of the picture is at the end of the range.', 1],
    ['FROZEN', 'Frozen', 'The camera repeats one picture.', 1],
    ['TORN', 'Torn', 'A part of the picture is displaced against the rest, as after a transmission error.', 1],
    ['BLURRED', 'Blurred', 'The picture has lost its edges.', 1],
    ['drift-event', 'Drift', 'Onset: a drift statistic has reached its threshold. End: it has stayed below a lower level long enough. The channel says which numbers: residuals, picture, or evidence, a bet against the p-values that may be looked at at any time and opens no incident.'],
    ['intervention', 'Intervention', 'Some frames after an alarm the change is typed and localised: which mechanism, and how it changed.'],
    ['OUTLIER', 'Outlier', 'Single frames are off, those between them are normal.', 1],
    ['HARD_INTERVENTION', 'Hard intervention', 'The latent is held at one value, whatever its causes do.', 1],
    ['STOCHASTIC_INTERVENTION', 'Stochastic intervention', 'The latent is drawn from a law of its own, whatever its causes do.', 1],
    ['MECHANISM_CHANGE', 'Mechanism change', 'The latent still answers its causes, but differently.', 1],
    ['OFFSET', 'Offset', 'A constant is added to the latent.', 1],
    ['NOISE_CHANGE', 'Noise change', 'The latent strays more, or less, than usual from what its causes explain.', 1],
    ['COVARIATE_DRIFT', 'Covariate drift', 'A latent without causes has moved within its normal range. The mechanisms hold; the world is elsewhere. A lasting one leads to a training.', 1],
    ['APPEARANCE_SHIFT', 'Appearance shift', 'The picture as a whole changed, so that residuals say nothing of mechanisms.', 1],
    ['FROZEN_CAMERA', 'Frozen camera', 'The camera repeats a picture: nothing moves at all.', 1],
    ['UNKNOWN', 'Unknown', 'Something changed, and no latent can be blamed.', 1],
    ['dead-letters', 'Refused frames', 'A record that is no frame, is damaged, too large, or comes twice is not scored. It lies unchanged on the topic of dead letters with the reason in its headers; residua dead-letters lists them.'],
  ]],
  ['What you can say', [
    ['feedback', 'True alarm, false alarm', 'A verdict on an incident. It changes nothing by itself; it is counted, and it stays with the incident.'],
    ['accept-normal', 'Accept as normal', 'The residuals of the last frames are normal from now on: the detectors start anew around them, and an open incident resolves. For a change that is meant to stay.'],
    ['silence', 'Silence', 'No incident opens for a while. For work on the machine or the camera.'],
    ['gate', 'The gate', 'Before a new model is used it is compared with the one in use on the same held-out frames and the same injected faults. It is let through where it is worse by no rule and better by evidence in one: a tie keeps the model in use. Each rule is listed with both figures and the bound that the new one was held against.'],
    ['promote', 'Promote, roll back', 'Changes the model in use on every process, from a recorded offset of each partition on, so that every frame has exactly one model. Rolling back goes to the model before.'],
  ]],
];

export function explain(root, { live }, [anchor]) {
  live.see({ see: 'nothing' });
  const article = h('article', { class: 'prose' });
  const contents = h('nav', { class: 'panel contents', 'aria-label': 'On this page' });
  for (const [title, entries] of SECTIONS) {
    const heading = h('h2', { tabindex: -1 }, title);
    contents.append(h('button', { type: 'button', class: 'quiet', onclick: () => { heading.scrollIntoView({ block: 'start' }); heading.focus({ preventScroll: true }); } }, title));
    article.append(h('section', null, heading, h('dl', null, entries.map(([id, term, words, level]) => h('div', { class: level ? 'kind' : null, id: id ? `about-${id}` : null, tabindex: id ? -1 : null }, h('dt', null, term), h('dd', null, words))))));
  }
  root.append(h('h1', null, 'What the figures and events mean'), h('div', { class: 'explained' }, contents, h('div', { class: 'panel' }, h('div', { class: 'body' }, article))));
  const target = anchor && document.getElementById(`about-${anchor}`);
  if (target) {
    target.classList.add('target');
    requestAnimationFrame(() => { target.scrollIntoView({ block: 'center' }); target.focus({ preventScroll: true }); });
  }
}
