/**
 * Makes and evaluates models: graph search, mechanisms, calibration, and metrics with known
 * factors. The network itself is behind the Trainer port.
 */
@NullMarked
package dev.residua.training;

import org.jspecify.annotations.NullMarked;
