/**
 * LANCA's latent space: named latents, the causal graph, and the port through which a model scores
 * frames. Does not know how a model is trained or run.
 */
@NullMarked
package dev.residua.causal;

import org.jspecify.annotations.NullMarked;
