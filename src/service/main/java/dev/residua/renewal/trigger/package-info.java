/**
 * Decides when a model is retrained. Pure: observations in, decisions with their reasons out. Reads
 * no topic and knows no clock.
 */
@NullMarked
package dev.residua.renewal.trigger;

import org.jspecify.annotations.NullMarked;
