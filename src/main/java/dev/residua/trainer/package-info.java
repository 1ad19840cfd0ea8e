/**
 * The hands of training on a stream: reads stored frames back from Kafka or a folder, with what
 * must not be learnt left out, and tells what would have led to a training. Which frames are chosen
 * and when is decided in {@code renewal}; how a model is trained, in {@code training}.
 */
@NullMarked
package dev.residua.trainer;

import org.jspecify.annotations.NullMarked;
