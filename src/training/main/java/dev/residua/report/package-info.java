/**
 * A model as one HTML page that needs nothing else: figures, charts and pictures are inside it. It
 * scores frames through ports and shows what training and anomaly packages make of the scores.
 */
@NullMarked
package dev.residua.report;

import org.jspecify.annotations.NullMarked;
