/**
 * One image frame as a value: its pixels, decoding to a model's image shape, and what is refused
 * before a byte is decoded. Knows nothing of Kafka or models.
 */
@NullMarked
package dev.residua.frame;

import org.jspecify.annotations.NullMarked;
