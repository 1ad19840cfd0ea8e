/**
 * Pictures of cameras as frames: addresses, reconnection, rates and folders, without Kafka and
 * FFmpeg.
 */
@NullMarked
package dev.residua.ingest;

import org.jspecify.annotations.NullMarked;
