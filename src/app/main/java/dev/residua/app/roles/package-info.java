/** One starter per role: monitoring, scoring, shadow, alerting, training. */
@NullMarked
package dev.residua.app.roles;

import org.jspecify.annotations.NullMarked;
