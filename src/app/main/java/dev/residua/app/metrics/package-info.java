/** Meters and health of this process. */
@NullMarked
package dev.residua.app.metrics;

import org.jspecify.annotations.NullMarked;
