/** Data sets as files: images, labels, arrays, and the import of a user's own images. */
@NullMarked
package dev.residua.dataset;

import org.jspecify.annotations.NullMarked;
