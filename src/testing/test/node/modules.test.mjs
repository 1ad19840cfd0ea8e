/* Imports and exports of the scripts of the pages. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { RESOURCES } from './page-scripts.mjs';

const PAGE = new URL('META-INF/resources/page/', RESOURCES);
const TEACH = new URL('teach/', RESOURCES);

/** { file, name, text } of each script of the pages. */
const scripts = [PAGE, TEACH].flatMap(folder =>
  readdirSync(folder)
    .filter(name => name.endsWith('.js'))
    .map(name => {
      const file = new URL(name, folder);
      return { file: file.href, name, text: readFileSync(file, 'utf8') };
    }),
);

/** The file that a script imports; the server gives the page scripts to the teaching page. */
const imported = (file, from) =>
  new URL(
    file.startsWith(TEACH.href) ? from.replace('../page/', '../META-INF/resources/page/') : from,
    file,
  );

/** [file, names] of each import of a script. */
const imports = ({ file, text }) =>
  [...text.matchAll(/^import (?:\{([^}]*)\} from |\w+ from )?'([^']+)';$/gm)].map(
    ([, names = '', from]) => [
      imported(file, from),
      names
        .split(',')
        .map(name => name.trim())
        .filter(Boolean),
    ],
  );

const exported = ({ text }) =>
  [...text.matchAll(/^export (?:async )?(?:function|class|const|let) (\w+)/gm)].map(
    ([, name]) => name,
  );

test('should find the scripts, their imports and their exports', () => {
  assert.ok(scripts.length > 40);
  const words = scripts.find(({ name }) => name === 'words.js');
  assert.ok(exported(words).includes('figure'));
  const main = scripts.find(({ name }) => name === 'main.js');
  assert.ok(imports(main).some(([, names]) => names.includes('routeOf')));
});

test('should import only exports that exist', () => {
  for (const script of scripts) {
    for (const [file, names] of imports(script)) {
      if (file.href.includes('/webjars/')) continue;
      assert.ok(existsSync(file), `${script.name} imports ${file}`);
      const source = scripts.find(one => one.file === file.href);
      for (const name of names) {
        assert.ok(exported(source).includes(name), `${script.name} imports ${name}`);
      }
    }
  }
});

test('should export nothing that no script imports', () => {
  const used = new Set(
    scripts.flatMap(script =>
      imports(script).flatMap(([file, names]) => names.map(name => `${file.href} ${name}`)),
    ),
  );
  const unused = scripts.flatMap(script =>
    exported(script)
      .filter(name => !used.has(`${script.file} ${name}`))
      .map(name => `${script.name} exports ${name}`),
  );
  assert.deepEqual(unused, []);
});
