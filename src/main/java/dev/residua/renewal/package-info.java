/**
 * When and on what a model is trained anew, and the gate that a new model passes before it is used.
 * Decides and says why; does not train, load or swap models.
 */
@NullMarked
package dev.residua.renewal;

import org.jspecify.annotations.NullMarked;
