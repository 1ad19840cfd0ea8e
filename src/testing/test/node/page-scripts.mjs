// Imports scripts of the pages. They are modules without a package.json, and the scripts of the
// teaching page import those of the dashboard from the address that the server gives them.
import { register } from 'node:module';

const hooks = `
export const load = (url, context, next) =>
  next(url, url.includes('/main/resources/') ? { ...context, format: 'module' } : context);
export const resolve = (specifier, context, next) =>
  next(context.parentURL?.includes('/resources/teach/')
    ? specifier.replace(/^\\.\\.\\/page\\//, '../META-INF/resources/page/')
    : specifier, context);
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

export const RESOURCES = new URL('../../../app/main/resources/', import.meta.url);
export const page = name => import(new URL(`META-INF/resources/page/${name}.js`, RESOURCES));
export const teach = name => import(new URL(`teach/${name}.js`, RESOURCES));
