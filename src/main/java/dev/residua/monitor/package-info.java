/**
 * One source's whole monitor: what the detectors, the rules and the incidents make of each frame,
 * with everything that is remembered between two frames. Pure, so that the service, a backtest and
 * a test judge alike. Decides nothing itself that a detector decides; reads and writes nothing.
 */
@NullMarked
package dev.residua.monitor;

import org.jspecify.annotations.NullMarked;
