// Rules for scripts; .ci/pages runs them.
import js from '@eslint/js';
import globals from 'globals';

const PAGES = ['src/app/main/resources/**/*.js'];

export default [
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-duplicate-imports': 'error',
      'no-unused-vars': ['error', { args: 'after-used' }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
  { files: PAGES, languageOptions: { globals: globals.browser } },
  {
    files: ['**/page/theme.js', '**/page/api-page.js'],
    languageOptions: { sourceType: 'script', globals: { SwaggerUIBundle: 'readonly' } },
  },
  { ignores: PAGES, languageOptions: { globals: globals.node } },
];
