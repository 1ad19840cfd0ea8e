/** Which mechanism moved, of which kind, with what evidence. */
@NullMarked
package dev.residua.intervention;

import org.jspecify.annotations.NullMarked;
