/** Defects too small for the model's picture, on tiles of a larger one; knows no network. */
@NullMarked
package dev.residua.detail;

import org.jspecify.annotations.NullMarked;
