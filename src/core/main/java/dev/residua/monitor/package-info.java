/**
 * Monitor of one source: {@link dev.residua.monitor.SourceMonitor} calls stages in a fixed order,
 * and each stage has the state that it needs between two frames. Pure, so that the service, a
 * backtest and a test get the same results. Reads and writes nothing.
 */
@NullMarked
package dev.residua.monitor;

import org.jspecify.annotations.NullMarked;
