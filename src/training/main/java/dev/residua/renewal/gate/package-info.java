/**
 * Evaluates a challenger against the champion on held-out frames and simulated faults, and decides
 * whether it may replace it. Pure: trains nothing and reads no topic.
 */
@NullMarked
package dev.residua.renewal.gate;

import org.jspecify.annotations.NullMarked;
