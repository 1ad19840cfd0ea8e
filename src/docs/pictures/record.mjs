// Records a page with Chromium: node --experimental-websocket record.mjs URL OUT [SECONDS] [PER_SECOND] [WIDTHxHEIGHT]
// With 0 seconds OUT is one picture, else a folder of them. The animation of README.md, while ./residua demo runs:
//   page=http://localhost:8080/#/sources/pendulum-camera
//   node --experimental-websocket src/docs/pictures/record.mjs $page frames 30 2 1100x1120
//   ffmpeg -framerate 2 -i frames/%04d.png -vf "scale=820:-1:flags=lanczos,split[a][b];[a]palettegen=max_colors=64:stats_mode=diff[p];[b][p]paletteuse=dither=none:diff_mode=rectangle" src/docs/demo.gif
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, writeFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [url, out, seconds = '0', perSecond = '2', size = '1280x960'] = process.argv.slice(2);
const [width, height] = size.split('x').map(Number);
const pause = millis => new Promise(done => setTimeout(done, millis));
const profile = mkdtempSync(join(tmpdir(), 'record-'));
const browser = spawn(
  'chromium',
  [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--force-color-profile=srgb',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    'about:blank',
  ],
  { stdio: 'ignore' },
);
try {
  const port = join(profile, 'DevToolsActivePort');
  for (let i = 0; i < 300 && !(existsSync(port) && readFileSync(port, 'utf8').includes('\n')); i++)
    await pause(100);
  const targets = await (
    await fetch(`http://127.0.0.1:${readFileSync(port, 'utf8').split('\n')[0]}/json/list`)
  ).json();
  const socket = new WebSocket(targets.find(target => target.type === 'page').webSocketDebuggerUrl);
  await new Promise(done => {
    socket.onopen = done;
  });
  const waiting = new Map();
  socket.onmessage = event => {
    const answer = JSON.parse(event.data);
    waiting.get(answer.id)?.(answer.result);
  };
  let id = 0;
  const send = (method, params = {}) =>
    new Promise(done => {
      waiting.set(++id, done);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await send('Emulation.setDeviceMetricsOverride', {
    width,
    height,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await send('Page.enable');
  await send('Page.navigate', { url });
  await pause(4000);
  const pictures = Math.max(1, Math.round(seconds * perSecond));
  if (pictures > 1) mkdirSync(out, { recursive: true });
  const start = Date.now();
  for (let i = 0; i < pictures; i++) {
    await pause(start + (i * 1000) / perSecond - Date.now());
    const { data } = await send('Page.captureScreenshot', { format: 'png' });
    writeFileSync(
      pictures > 1 ? join(out, `${String(i).padStart(4, '0')}.png`) : out,
      Buffer.from(data, 'base64'),
    );
  }
  socket.close();
} finally {
  browser.kill();
  await new Promise(done => {
    browser.exitCode === null ? browser.once('exit', done) : done();
  });
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
