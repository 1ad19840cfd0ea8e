/**
 * Which mechanism was changed and how: windows of residuals compared with quiet windows, the kind
 * of change, the latent to blame, and the words for it. It does not decide that something changed;
 * {@code drift} and {@code anomaly} do.
 */
@NullMarked
package dev.residua.intervention;

import org.jspecify.annotations.NullMarked;
