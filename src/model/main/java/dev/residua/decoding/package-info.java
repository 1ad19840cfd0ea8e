/**
 * Frames of any size and file format to the pixels that a model reads. Import, training, scoring
 * and pages all decode here, so that nothing differs between them. Knows nothing of Kafka or
 * models.
 */
@NullMarked
package dev.residua.decoding;

import org.jspecify.annotations.NullMarked;
