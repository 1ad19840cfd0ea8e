/**
 * Scenes with known causes, scripted streams with known faults, and the import of a user's own
 * images.
 */
@NullMarked
package dev.residua.dataset;

import org.jspecify.annotations.NullMarked;
