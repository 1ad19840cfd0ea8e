/**
 * Opens model bundles, and decodes and scores frames with them. A program without Kafka starts
 * here.
 */
@NullMarked
package dev.residua.runtime;

import org.jspecify.annotations.NullMarked;
