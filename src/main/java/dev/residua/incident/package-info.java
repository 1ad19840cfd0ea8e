/** From verdicts to incidents: hysteresis, k of n, cooldown, stable ids, maintenance. */
@NullMarked
package dev.residua.incident;

import org.jspecify.annotations.NullMarked;
