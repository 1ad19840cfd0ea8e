/** Makes data sets of a user's own images. */
@NullMarked
package dev.residua.importing;

import org.jspecify.annotations.NullMarked;
