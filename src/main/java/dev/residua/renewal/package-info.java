/**
 * When a model is trained anew, on which frames of the stream, and whether the new one may take the
 * old one's place. Pure: observations, candidates and models in, decisions with their reasons out.
 * Reads no topic, knows no clock, and trains nothing itself.
 */
@NullMarked
package dev.residua.renewal;

import org.jspecify.annotations.NullMarked;
