/**
 * Traces of frames over Kafka, from the producer's header to the incident's. Nothing outside knows
 * OpenTelemetry; metrics are not here, as they are made where they are known.
 */
@NullMarked
package dev.residua.telemetry;

import org.jspecify.annotations.NullMarked;
