/**
 * A model as one HTML page that needs nothing else: figures, charts and pictures are inside it. It
 * is given finished numbers and computes none that anyone relies on.
 */
@NullMarked
package dev.residua.report;

import org.jspecify.annotations.NullMarked;
