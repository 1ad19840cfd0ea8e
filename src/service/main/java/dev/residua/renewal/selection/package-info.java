/**
 * Chooses the frames of a stream that a retraining uses, and reports why others are left out. Pure:
 * reads no topic.
 */
@NullMarked
package dev.residua.renewal.selection;

import org.jspecify.annotations.NullMarked;
