/**
 * The monitor of one source: detectors, rules and incidents, with the state between two frames.
 * Pure, so that the service, a backtest and a test evaluate alike. Reads and writes nothing.
 */
@NullMarked
package dev.residua.monitor;

import org.jspecify.annotations.NullMarked;
