/**
 * One image frame as a value: its pixels, decoding to a model's image shape, what is refused before
 * a byte is decoded, and what the picture says of its camera. Knows nothing of Kafka or models.
 */
@NullMarked
package dev.residua.frame;

import org.jspecify.annotations.NullMarked;
