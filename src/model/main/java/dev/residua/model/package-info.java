/**
 * Identity and life cycle of a trained model: the bundle file, its manifest and its checks. Does
 * not run models.
 */
@NullMarked
package dev.residua.model;

import org.jspecify.annotations.NullMarked;
