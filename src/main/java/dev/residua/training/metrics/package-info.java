/**
 * How good learnt latents, graphs and residuals are: metrics with known factors and without. Pure
 * functions of arrays; every one is to be read beside its floor (noise latents) and its ceiling
 * (true factors).
 */
@NullMarked
package dev.residua.training.metrics;

import org.jspecify.annotations.NullMarked;
