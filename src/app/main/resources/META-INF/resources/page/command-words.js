/* Words and patterns of commands. */

/** A regular expression that matches one name only. */
export const exactly = name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The incidents that a command is about. */
export function summary(all) {
  if (all.length === 1) return `${all[0].source}: ${all[0].headline}`;
  const sources = new Set(all.map(({ source }) => source)).size;
  return `${all.length} incidents of ${sources === 1 ? '1 source' : `${sources} sources`}`;
}
